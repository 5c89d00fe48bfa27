using Rlaif.Learning.Training;

namespace Rlaif.Cli.Trainings;

/// <summary>How fast a training goes, over the last steps.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Of the training.</param>
/// <param name="ExamplesPerSecond">Pairs, answers or prompts; 0 before anything is known.</param>
/// <param name="TokensPerSecond">That were computed.</param>
/// <param name="Left">Until the last step; null before anything is known.</param>
internal sealed record TrainPace(int Step, int Steps, double ExamplesPerSecond, double TokensPerSecond, TimeSpan? Left);

/// <summary>Measures it.</summary>
internal sealed class TrainRate(TimeProvider time)
{
    private const int Window = 50;

    private readonly Queue<(long At, int Step, long Examples, long Tokens)> marks = [];
    private (long At, int Step, long Examples, long Tokens) last = (time.GetTimestamp(), 0, 0, 0);

    /// <summary>The pace when a step is done. The first step's holds what came before it, so the second is measured from its end.</summary>
    public TrainPace Add(TrainedStep step)
    {
        var first = marks.Count > 0 ? marks.Peek() : last;
        last = (time.GetTimestamp(), step.Step, last.Examples + step.Examples, last.Tokens + step.Tokens);
        if (step.Examples == 0)
        {
            return new(step.Step, step.Steps, 0, 0, null);      // only tells of what was done before a resume
        }

        marks.Enqueue(last);
        if (marks.Count > Window)
        {
            marks.Dequeue();
        }

        var seconds = Math.Max(time.GetElapsedTime(first.At, last.At).TotalSeconds, 1e-3);
        var steps = Math.Max(last.Step - first.Step, 1);
        return new(
            step.Step, step.Steps, (last.Examples - first.Examples) / seconds, (last.Tokens - first.Tokens) / seconds,
            TimeSpan.FromSeconds(seconds / steps * (step.Steps - step.Step)));
    }
}
