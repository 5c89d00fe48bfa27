using System.Globalization;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Running;
using Rlaif.Learning.Training;

namespace Rlaif.Cli.Trainings;

/// <summary>What is told while a training works: to a person at a terminal, or to a program behind a pipe.</summary>
internal interface ITrainScreen
{
    void Began(string headline);

    /// <param name="figure">The loss.</param>
    void Step(TrainPace pace, TrainingMetric figure);

    void Ended(string sentence);
}

/// <summary>One key=value line at least every few seconds.</summary>
internal sealed class LineTrainScreen(TextWriter output, TimeProvider time) : ITrainScreen
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private long? told;

    public void Began(string headline) => output.WriteLine($"event=train about=\"{Quoted(headline)}\"");

    public void Step(TrainPace pace, TrainingMetric figure)
    {
        if (told is { } before && time.GetElapsedTime(before) < Pause && pace.Step != pace.Steps)
        {
            return;
        }

        told = time.GetTimestamp();
        var left = pace.Left is { } rest ? $" examples_per_second={Number(pace.ExamplesPerSecond)} tokens_per_second={Number(pace.TokensPerSecond)} seconds_left={Number(rest.TotalSeconds)}" : "";
        output.WriteLine($"event=step step={pace.Step} steps={pace.Steps} {figure.Name}={Shown.Metric(figure.Value)}{left}");
    }

    public void Ended(string sentence) => output.WriteLine($"event=trained about=\"{Quoted(sentence)}\"");

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => TerminalText.Line(text, int.MaxValue).Replace('"', '\'');
}

/// <summary>One line that moves: bar, loss, rates, time left.</summary>
internal sealed class TerminalTrainScreen(TextWriter output, int width) : ITrainScreen
{
    private const string Clear = "\r\u001b[K";
    private const int Bar = 24;

    public void Began(string headline) => output.WriteLine(TerminalText.Line(headline, int.MaxValue));

    public void Step(TrainPace pace, TrainingMetric figure)
    {
        var filled = (int)((double)pace.Step / pace.Steps * Bar);
        var rates = pace.Left is { } left ? $"  {pace.ExamplesPerSecond:0.#} examples/s  {pace.TokensPerSecond:0} tokens/s  {TerminalScreen.Left(left.TotalSeconds)} left" : "";
        var line = $"{new string('█', filled)}{new string('░', Bar - filled)}  {pace.Step} of {pace.Steps}  {figure.Name} {Shown.Metric(figure.Value)}{rates}";
        output.Write(Clear + line[..Math.Min(line.Length, Math.Max(20, width - 1))]);
        output.Flush();
    }

    public void Ended(string sentence) => output.WriteLine(Clear + TerminalText.Line(sentence, int.MaxValue));
}
