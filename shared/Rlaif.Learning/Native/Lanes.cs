using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rlaif.Learning.Native;

/// <summary>Sixteen numbers at once, of a row that may end before. A CPU without AVX-512 takes them eight by eight: the bits are the same on both.</summary>
internal static unsafe class Lanes
{
    public const int Count = 16;

    /// <summary>Those that are there of the next sixteen, and zeros.</summary>
    /// <param name="from">The first.</param>
    /// <param name="left">How many there are, from 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* from, int left) => left >= Count ? Vector512.Load(from) : LoadSome(from, left);

    /// <inheritdoc cref="Load"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(this Vector512<float> lanes, float* to, int left)
    {
        if (left >= Count)
        {
            lanes.Store(to);
        }
        else
        {
            StoreSome(lanes, to, left);
        }
    }

    /// <summary>The largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> lanes)
    {
        var eight = Vector256.MaxNative(lanes.GetLower(), lanes.GetUpper());
        var four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[2]), MathF.Max(four[1], four[3]));
    }

    /// <summary>The sum, in one order on every CPU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> lanes)
    {
        var eight = lanes.GetLower() + lanes.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>e^x, hardly more than a unit in the last place off (a test measures it): e^r 2^n with |r| at most ln 2 / 2, a polynomial of Cephes (Moshier, expf). 0 below -87.3,
    /// where numbers end; above 88 the value there; NaN of NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        var isNone = Vector512.LessThan(x, Vector512.Create(-87.3f));
        // The second operand is what comes of NaN.
        x = Vector512.MinNative(Vector512.Create(88f), x);
        var n = Vector512.Round(x * Vector512.Create(1.44269504f));
        // ln 2 in two parts, of which the first has few bits.
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var sum = Vector512.Create(1.9875691500e-4f);
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1.3981999507e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(8.3334519073e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(4.1665795894e-2f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1.6666665459e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(5.0000001201e-1f));
        // One last of all: what is rounded before is smaller.
        sum = Vector512.FusedMultiplyAdd(sum, r * r, r) + Vector512<float>.One;
        return Vector512.AndNot(sum * ((Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23).AsSingle(), isNone);
    }

    /// <summary>1 / (1 + e^-x), of e^-|x| so that nothing is too large: 0 far below zero, 1 far above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        var one = Vector512<float>.One;
        var small = Exp(-Vector512.Abs(x));
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), small, one) / (one + small);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadSome(float* from, int left)
    {
        var lanes = stackalloc float[Count];
        new Span<float>(lanes, Count).Clear();
        Buffer.MemoryCopy(from, lanes, Count * sizeof(float), left * sizeof(float));
        return Vector512.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreSome(Vector512<float> from, float* to, int left)
    {
        var lanes = stackalloc float[Count];
        from.Store(lanes);
        Buffer.MemoryCopy(lanes, to, left * sizeof(float), left * sizeof(float));
    }
}
