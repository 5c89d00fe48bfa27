using System.Globalization;
using Rlaif.Cli.Looking;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>A line for each finished stage; below them one that moves: bar, count, rate, time left.</summary>
internal sealed class TerminalScreen(TextWriter output, int width) : IRunScreen
{
    private const string Clear = "\r\u001b[K";
    private const int Bar = 24;
    private int lastRound = -1;

    public void Began(string headline) => output.WriteLine(headline);

    public void Working(StageRow stage, int rounds, TimeSpan elapsed, int step, int steps)
    {
        var (done, total) = steps > 0 ? (step, steps) : (stage.Done, stage.Total);
        var share = total == 0 ? 0 : (double)done / total;
        var filled = (int)(share * Bar);
        var rate = elapsed.TotalSeconds > 0 ? done / elapsed.TotalSeconds : 0;
        var left = rate > 0 && done > 0 ? $"  {rate:0.#}/s  {Left((total - done) / rate)} left" : "";
        var line = $"{Round(stage, rounds, always: true)}{stage.Name,-21}{new string('█', filled)}{new string('░', Bar - filled)}  {done} of {total}{left}";
        output.Write(Clear + line[..Math.Min(line.Length, Math.Max(20, width - 1))]);
        output.Flush();
    }

    public void Ended(StageRow stage, int rounds)
    {
        var seconds = (stage.EndedAt!.Value - stage.PlannedAt).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var count = stage.Total > 1 ? stage.Total.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ') : "";
        var note = string.IsNullOrEmpty(stage.Note) ? "" : $"   {TerminalText.Line(stage.Note, int.MaxValue)}";
        output.WriteLine($"{Clear}{Round(stage, rounds, always: false)}{stage.Name,-21}{count,7}{seconds,8} s{note}");
        lastRound = stage.Round;
    }

    internal static string Left(double seconds)
    {
        var left = TimeSpan.FromSeconds(seconds);
        return left.TotalHours < 1 ? left.ToString(@"m\:ss", CultureInfo.InvariantCulture)
            : $"{(long)left.TotalHours}:{left.ToString(@"mm\:ss", CultureInfo.InvariantCulture)}";
    }

    private string Round(StageRow stage, int rounds, bool always)
    {
        var text = stage.Round == 0 ? "start" : $"round {stage.Round}/{rounds}";
        return (always || stage.Round != lastRound ? text : "").PadRight(12);
    }
}
