using System.Numerics.Tensors;

namespace Rlaif.Learning.Sampling;

/// <summary>Top-p: the smallest set of likeliest tokens whose probability reaches p (Holtzman et al. 2020); among equals the lower id.</summary>
/// <remarks>The vocabulary is not sorted: weights are summed by size class, 64 to an octave, and only the class in which p is reached is
/// sorted.</remarks>
internal sealed class Nucleus
{
    private const int ClassBits = 46;                                               // of a mantissa's 52: the other 6 tell 64 classes apart
    private static readonly long One = BitConverter.DoubleToInt64Bits(1);
    private readonly double[] sums = new double[4096];
    private readonly List<int> border = [];

    /// <summary>Sets the weights outside the set to zero; the largest weight is 1.</summary>
    public void Keep(double[] weights, double p)
    {
        var total = TensorPrimitives.Sum<double>(weights);
        // The weights below this have less than 1 - p together: never needed. It spares the long tail.
        var floor = total * (1 - p) / weights.Length;
        Array.Clear(sums);
        foreach (var weight in weights)
        {
            if (weight >= floor)
            {
                sums[Math.Min((One - BitConverter.DoubleToInt64Bits(weight)) >> ClassBits, sums.Length - 1)] += weight;
            }
        }

        var missing = p * total;
        var last = 0;
        while (last < sums.Length - 1 && sums[last] < missing)
        {
            missing -= sums[last++];
        }

        border.Clear();
        var (upper, lower) = (LargestOf(last), last == sums.Length - 1 ? 0 : LargestOf(last + 1));
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] <= lower || weights[id] < floor)
            {
                weights[id] = 0;
            }
            else if (weights[id] <= upper)
            {
                border.Add(id);
            }
        }

        border.Sort((a, b) => weights[a] == weights[b] ? a.CompareTo(b) : weights[b].CompareTo(weights[a]));
        foreach (var id in border)
        {
            var kept = missing > 0 ? weights[id] : 0;
            missing -= kept;
            weights[id] = kept;
        }
    }

    private static double LargestOf(long sizeClass) => BitConverter.Int64BitsToDouble(One - (sizeClass << ClassBits));
}
