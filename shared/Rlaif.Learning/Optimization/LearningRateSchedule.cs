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

    /// <summary>Falls with the root of the steps and never ends: for trainings whose length is not known.</summary>
    InverseSqrt,

    /// <summary>Stays, then falls on a line over the last steps (warm-up, stable, decay): a training can go on from its stable part.</summary>
    StableLinear,

    /// <summary>Stays, then falls on half a cosine over the last steps.</summary>
    StableCosine,

    /// <summary>Stays, then falls by the root of what has gone of the last steps, steeply at first.</summary>
    StableRoot,
}

/// <summary>Learning rate of each optimizer step; transformers' formulas.</summary>
/// <param name="Peak">Rate at the end of the warm-up.</param>
/// <param name="Kind">What follows.</param>
/// <param name="WarmupSteps">Steps of a line from 0: with any, step 0 moves nothing but the optimizer's moments.</param>
/// <param name="Steps">Steps of the whole training; the fall ends there.</param>
/// <param name="Floor">Share of the peak on which the fall ends, and on which the warm-up of the stable kinds begins. InverseSqrt has none.</param>
public sealed record LearningRateSchedule(double Peak, ScheduleKind Kind, int WarmupSteps, int Steps, double Floor = 0)
{
    private const int UsualTimescale = 10_000;

    /// <summary>Last steps, in which the stable kinds fall.</summary>
    public int DecaySteps { get; init; } = 1;

    /// <summary>InverseSqrt has half the peak after 4 times this; null: the warm-up, or 10 000 without one.</summary>
    public int? Timescale { get; init; }

    private bool IsStable => Kind is ScheduleKind.StableLinear or ScheduleKind.StableCosine or ScheduleKind.StableRoot;

    /// <summary>The rate of one optimizer step, counted from 0.</summary>
    public double At(int step) => Peak * (step < WarmupSteps ? Rise((double)step / WarmupSteps) : Floor + ((1 - Floor) * Fall(step)));

    private double Rise(double gone) => IsStable ? Floor + ((1 - Floor) * gone) : gone;

    private double Fall(int step)
    {
        var ending = Math.Clamp((double)(step - (Steps - DecaySteps)) / DecaySteps, 0, 1);
        var remaining = (double)(Steps - step) / Math.Max(1, Steps - WarmupSteps);
        return Kind switch
        {
            ScheduleKind.Linear => Math.Max(0, remaining),
            ScheduleKind.Cosine => 0.5 * (1 + Math.Cos(Math.PI * (1 - remaining))),
            ScheduleKind.InverseSqrt => OfRoot(step),
            ScheduleKind.StableLinear => 1 - ending,
            ScheduleKind.StableCosine => 0.5 * (1 + Math.Cos(Math.PI * ending)),
            ScheduleKind.StableRoot => 1 - Math.Sqrt(ending),
            _ => 1,
        };
    }

    private double OfRoot(int step)
    {
        var timescale = Timescale ?? (WarmupSteps > 0 ? WarmupSteps : UsualTimescale);
        return 1 / Math.Sqrt((double)(step - WarmupSteps + timescale) / timescale);
    }
}
