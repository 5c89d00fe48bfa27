using System.Diagnostics;
using Rlaif.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Bench.Speed;

/// <summary>What this machine multiplies in f32, on the torch thread: the libraries' ways to the same product, since which one is faster depends on the CPU, and ours.</summary>
/// <param name="Mkl">torch.mm, FLOP a second.</param>
/// <param name="OneDnn">aten's mkldnn_linear, FLOP a second; timed, not trusted (docs/decisions.md).</param>
/// <param name="Ours">Ours, FLOP a second, whether or not training takes it here. No goal is measured by it.</param>
internal sealed record GemmRate(double Mkl, double OneDnn, double Ours)
{
    private const int Side = 1536, Calls = 40, CallsBetween = 3;

    public double Fastest => Math.Max(Mkl, OneDnn);

    /// <summary>What is measured, and the rate before and after it: a machine that is shared gives less at one time than at another, to both.</summary>
    public static (T Measured, GemmRate Rate) Around<T>(Func<T> measure)
    {
        using var products = new GemmProducts();
        products.Time(Calls);
        var measured = measure();
        products.Time(Calls);
        return (measured, products.Rate);
    }

    /// <summary>What is measured, and the rate between its steps: closer still.</summary>
    /// <param name="measure">Calls what it is given after each of its steps.</param>
    public static (T Measured, GemmRate Rate) Between<T>(Func<Action, T> measure)
    {
        using var products = new GemmProducts();
        products.Time(CallsBetween);
        var measured = measure(() => products.Time(CallsBetween));
        return (measured, products.Rate);
    }

    /// <summary>The products, and how long each call of them took.</summary>
    private sealed class GemmProducts : IDisposable
    {
        private readonly DisposeScope scope = NewDisposeScope();
        private readonly List<double> mkl = [], oneDnn = [], ours = [];
        private readonly jit.CompilationUnit script = jit.compile("def product(x, w):\n    return torch.mkldnn_linear(x.to_mkldnn(), w).to_dense()\n");
        private readonly Func<Tensor> multiply, multiplyByOneDnn, multiplyOurselves;

        public GemmProducts()
        {
            var (x, w) = (randn(Side, Side, generator: new(1)), randn(Side, Side, generator: new(2)));
            (multiply, multiplyByOneDnn) = (() => mm(x, w), () => script.invoke<Tensor>("product", x, w));
            multiplyOurselves = () =>
            {
                var product = empty(Side, Side);
                Gemm.Multiply(x, w, product, adds: false);
                return product;
            };
        }

        // The median: what else a shared machine does for a moment is not its rate.
        public GemmRate Rate => new(Flop / SpeedModel.Median(mkl), Flop / SpeedModel.Median(oneDnn), Flop / SpeedModel.Median(ours));

        private static double Flop => 2.0 * Side * Side * Side;

        /// <summary>Calls of each, and one more before that is not timed.</summary>
        public void Time(int calls)
        {
            using var still = no_grad();
            Time(multiply, mkl, calls);
            Time(multiplyByOneDnn, oneDnn, calls);
            Time(multiplyOurselves, ours, calls);
        }

        public void Dispose()
        {
            script.Dispose();
            scope.Dispose();
        }

        private static void Time(Func<Tensor> product, List<double> seconds, int calls)
        {
            product().Dispose();
            for (var call = 0; call < calls; call++)
            {
                var clock = Stopwatch.StartNew();
                product().Dispose();
                seconds.Add(clock.Elapsed.TotalSeconds);
            }
        }
    }
}
