using System.Diagnostics;
using static TorchSharp.torch;

namespace Rlaif.Bench.Speed;

/// <summary>What this machine multiplies in f32, on the torch thread: two ways to the same product, since which one is faster depends on the CPU.</summary>
/// <param name="Mkl">torch.mm, FLOP a second.</param>
/// <param name="OneDnn">aten's mkldnn_linear, FLOP a second; timed, not trusted (docs/decisions.md).</param>
internal sealed record GemmRate(double Mkl, double OneDnn)
{
    private const int Side = 1536, Calls = 40;

    public double Fastest => Math.Max(Mkl, OneDnn);

    /// <summary>What is measured, and the rate before and after it: a machine that is shared gives less at one time than at another, to both.</summary>
    public static (T Measured, GemmRate Rate) Around<T>(Func<T> measure)
    {
        var (before, measured, after) = (Measure(), measure(), Measure());
        return (measured, new((before.Mkl + after.Mkl) / 2, (before.OneDnn + after.OneDnn) / 2));
    }

    private static GemmRate Measure()
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        using var script = jit.compile("def product(x, w):\n    return torch.mkldnn_linear(x.to_mkldnn(), w).to_dense()\n");
        var (x, w) = (randn(Side, Side, generator: new(1)), randn(Side, Side, generator: new(2)));
        return new(Rate(() => mm(x, w)), Rate(() => script.invoke<Tensor>("product", x, w)));
    }

    // The median: what else a shared machine does for a moment is not its rate.
    private static double Rate(Func<Tensor> product)
    {
        product().Dispose();
        return 2.0 * Side * Side * Side / SpeedModel.Median([.. Enumerable.Range(0, Calls).Select(_ =>
        {
            var clock = Stopwatch.StartNew();
            product().Dispose();
            return clock.Elapsed.TotalSeconds;
        })]);
    }
}
