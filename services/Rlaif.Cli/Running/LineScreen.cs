using System.Globalization;
using Rlaif.Cli.Looking;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>One key=value line for each event, for logs and programs.</summary>
internal sealed class LineScreen(TextWriter output) : IRunScreen
{
    private (int Round, string Stage) last;

    public void Began(string headline) => output.WriteLine($"event=run about=\"{Quoted(headline)}\"");

    public void Working(StageRow stage, int rounds, TimeSpan elapsed, int step, int steps)
    {
        if (last == (stage.Round, stage.Name))
        {
            return;
        }

        last = (stage.Round, stage.Name);
        output.WriteLine($"event=stage-began run={RlaifId.Short(stage.RunId)} round={stage.Round} stage={stage.Name} total={stage.Total}");
    }

    public void Ended(StageRow stage, int rounds)
    {
        var seconds = (stage.EndedAt!.Value - stage.PlannedAt).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var note = string.IsNullOrEmpty(stage.Note) ? "" : $" note=\"{Quoted(stage.Note)}\"";
        output.WriteLine(
            $"event=stage run={RlaifId.Short(stage.RunId)} round={stage.Round} stage={stage.Name} done={stage.Done} total={stage.Total} seconds={seconds}{note}");
    }

    private static string Quoted(string text) => TerminalText.Line(text, int.MaxValue).Replace('"', '\'');
}
