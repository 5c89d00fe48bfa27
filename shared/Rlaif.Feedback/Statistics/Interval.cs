namespace Rlaif.Feedback.Statistics;

/// <summary>A figure with its interval. NaN in all three where the data does not determine it: a NaN never passes a gate.</summary>
public sealed record Interval(double Mean, double Low, double High)
{
    /// <summary>Nothing was measured.</summary>
    public static readonly Interval Undetermined = new(double.NaN, double.NaN, double.NaN);
}
