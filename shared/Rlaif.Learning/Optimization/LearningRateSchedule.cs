namespace Rlaif.Learning.Optimization;

/// <summary>What the learning rate does after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Falls on a line.</summary>
    Linear,

    /// <summary>Falls on half a cosine.</summary>
    Cosine,
}

/// <summary>Learning rate of each optimizer step; transformers' formulas.</summary>
/// <param name="Peak">Rate at the end of the warm-up.</param>
/// <param name="Kind">What follows.</param>
/// <param name="WarmupSteps">Steps of a line from 0: with any, step 0 moves nothing but the optimizer's moments.</param>
/// <param name="Steps">Steps of the whole training; the fall ends there.</param>
/// <param name="Floor">Share of the peak on which the fall ends.</param>
public sealed record LearningRateSchedule(double Peak, ScheduleKind Kind, int WarmupSteps, int Steps, double Floor = 0)
{
    /// <summary>The rate of one optimizer step, counted from 0.</summary>
    public double At(int step) => Peak * (step < WarmupSteps ? (double)step / WarmupSteps : Floor + ((1 - Floor) * Fall(step)));

    private double Fall(int step)
    {
        var remaining = (double)(Steps - step) / Math.Max(1, Steps - WarmupSteps);
        return Kind switch
        {
            ScheduleKind.Linear => Math.Max(0, remaining),
            ScheduleKind.Cosine => 0.5 * (1 + Math.Cos(Math.PI * (1 - remaining))),
            _ => 1,
        };
    }
}
