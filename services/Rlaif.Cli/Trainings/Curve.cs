using Rlaif.Learning.Training;

namespace Rlaif.Cli.Trainings;

/// <summary>One metric over the steps of a training.</summary>
/// <param name="Name">Its name, with unit and estimator.</param>
/// <param name="Steps">In order.</param>
/// <param name="Values">Finite, one for each step.</param>
internal sealed record Curve(string Name, IReadOnlyList<double> Steps, IReadOnlyList<double> Values)
{
    private const int MostPoints = 500;

    /// <summary>What its axis shows. A constant has no height of its own: it lies in the middle of half its size.</summary>
    public (double Low, double High) Room
    {
        get
        {
            var (low, high) = (Values.Min(), Values.Max());
            var half = high > low ? 0 : low == 0 ? 1 : Math.Abs(low) / 2;
            return (low - half, high + half);
        }
    }

    /// <summary>The curves of a training in the order of their names' first appearance. Long ones are means of neighbouring steps.</summary>
    public static IReadOnlyList<Curve> Of(IEnumerable<TrainingMetric> metrics) =>
        [.. metrics.Where(metric => double.IsFinite(metric.Value)).GroupBy(metric => metric.Name, StringComparer.Ordinal).Select(one => Of(one.Key, [.. one]))];

    private static Curve Of(string name, TrainingMetric[] metrics)
    {
        var together = ((metrics.Length - 1) / MostPoints) + 1;
        var points = metrics.Chunk(together).Select(chunk => (Step: chunk.Average(one => (double)one.Step), Value: chunk.Average(one => one.Value))).ToList();
        return new(name, [.. points.Select(point => point.Step)], [.. points.Select(point => point.Value)]);
    }
}
