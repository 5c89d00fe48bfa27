using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>How far numbers are from where they should be.</summary>
internal static class Deviation
{
    // Below it a difference counts as it is: what cancels to nothing has no relative error.
    private const double SmallestScale = 0.1;

    /// <summary>Largest difference, by the largest number that is expected; infinite where the numbers are not as many, or where one is not finite and should be.</summary>
    public static double Of(double[] expected, Tensor? actual) =>
        actual is null ? double.PositiveInfinity : Of(expected, actual.detach().to_type(float64).cpu().reshape(-1).data<double>().ToArray());

    /// <inheritdoc cref="Of(double[], Tensor?)"/>
    public static double Of(double[] expected, double[] actual)
    {
        if (expected.Length != actual.Length)
        {
            return double.PositiveInfinity;
        }

        var scale = expected.Where(double.IsFinite).Select(Math.Abs).Append(SmallestScale).Max();
        return expected.Zip(actual, (theirs, ours) => theirs.Equals(ours) ? 0 : double.IsFinite(theirs) && double.IsFinite(ours) ? Math.Abs(theirs - ours) / scale : double.PositiveInfinity)
            .DefaultIfEmpty(0).Max();
    }
}
