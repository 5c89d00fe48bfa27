using System.Numerics;

namespace Rlaif.Learning.Sampling;

/// <summary>A seeded stream of random numbers, independent of other streams of the same seed: xoshiro256** (Blackman and Vigna, 2018)
/// started by SplitMix64. The same (seed, stream) gives the same numbers on every machine.</summary>
public sealed class RandomStream
{
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;
    private double? spare;

    /// <summary>The stream of that number under that seed.</summary>
    public RandomStream(ulong seed, ulong stream)
    {
        // The stream number is mixed before it is added, so that (1, 2) and (2, 1) have nothing in common.
        var state = seed + Mix(stream + 0x9E3779B97F4A7C15);
        a = Mix(state += 0x9E3779B97F4A7C15);
        b = Mix(state += 0x9E3779B97F4A7C15);
        c = Mix(state += 0x9E3779B97F4A7C15);
        d = Mix(state + 0x9E3779B97F4A7C15);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(b * 5, 7) * 9;
        var shifted = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>Normal with mean 0 and variance 1 (Box and Muller, two at a time).</summary>
    public double NextNormal()
    {
        if (spare is { } kept)
        {
            spare = null;
            return kept;
        }

        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var angle = 2 * Math.PI * NextDouble();
        spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
