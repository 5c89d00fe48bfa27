using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Native;

/// <summary>The product of ours by the team, on whatever processor this is, whether or not it is the faster one there; alone it is MKL's where that is.</summary>
public class GemmTests
{
    public static TheoryData<int, int, int> Shapes { get; } = new()
    {
        { 12, 32, 1 }, { 12, 32, 288 }, { 13, 33, 289 }, { 24, 64, 576 }, { 95, 255, 15 }, { 97, 257, 17 }, { 200, 300, 577 }, { 250, 48, 1000 }, { 12, 1300, 4000 }, { 12, 1040, 4000 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task However_the_matrices_lie_the_product_is_the_sum_of_products(int rows, int columns, int inner) => OnThreads(2, () =>
    {
        foreach (var (a, b) in Laid(rows, columns, inner))
        {
            var before = TestTensors.Normal(new(3, 0), rows, columns);
            var exact = a.to(float64).matmul(b.to(float64));
            foreach (var adds in new[] { false, true })
            {
                // Every addition rounds by 2^-24 of a sum whose deviation is sqrt(inner) at its end: sqrt(inner) of them by as much again.
                var (expected, bound) = (adds ? exact + before : exact, 1e-6 * inner);
                Golden.Near(expected, Of(a, b, before, adds), bound, $"by the team, added: {adds}");
                Golden.Near(expected, Alone(a, b, before, adds), bound, $"alone, added: {adds}");
            }
        }
    });

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task However_the_matrices_lie_and_whoever_computes_the_bits_are_the_same(int rows, int columns, int inner) => OnThreads(2, () =>
    {
        var before = TestTensors.Normal(new(3, 0), rows, columns);
        Tensor? expected = null;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            TorchRuntime.Use(TestDevice.Numerics with { Threads = threads });
            foreach (var (a, b) in Laid(rows, columns, inner))
            {
                expected ??= Of(a, b, before, adds: true);
                Equal(expected, Of(a, b, before, adds: true));
                // MKL's where it is the faster one of the two.
                if (Gemm.Takes(rows, columns, inner))
                {
                    Equal(expected, Alone(a, b, before, adds: true));
                }
            }
        }
    });

    [Fact]
    public Task A_number_has_the_same_bits_whatever_is_computed_beside_it() => OnThreads(2, () =>
    {
        var (a, b) = (TestTensors.Normal(new(1, 0), 150, 600), TestTensors.Normal(new(2, 0), 600, 290));
        var all = Of(a, b, null, adds: false);
        foreach (var (row, rows) in new[] { (0, 12), (7, 31), (100, 50) })
        {
            foreach (var (column, columns) in new[] { (0, 32), (3, 40), (200, 90) })
            {
                Equal(all.narrow(0, row, rows).narrow(1, column, columns), Of(a.narrow(0, row, rows), b.narrow(1, column, columns), null, adds: false));
            }
        }
    });

    [Fact]
    public Task What_lies_beside_the_result_is_left_alone() => OnThreads(2, () =>
    {
        const int Rows = 50, Columns = 70;
        var (a, b, around) = (TestTensors.Normal(new(1, 0), Rows, 40), TestTensors.Normal(new(2, 0), 40, Columns), ones(Rows + 10, Columns + 20));
        Gemm.Multiply(a, b, around.narrow(0, 5, Rows).narrow(1, 7, Columns), adds: false);
        Equal(Of(a, b, null, adds: false), around.narrow(0, 5, Rows).narrow(1, 7, Columns));
        around.narrow(0, 5, Rows).narrow(1, 7, Columns).fill_(1);
        Assert.True(around.eq(1).all().item<bool>());
    });

    [Fact]
    public Task What_is_no_number_or_without_end_reaches_its_row_and_no_other() => OnThreads(2, () =>
    {
        var (a, b) = (ones(20, 300), ones(300, 40));
        (a[3, 299], a[4, 0]) = (float.NaN, float.PositiveInfinity);
        var product = Of(a, b, null, adds: false);
        Assert.True(product[3].isnan().all().item<bool>());
        Assert.True(product[4].isposinf().all().item<bool>());
        Assert.Equal(18 * 40, product.eq(300).sum().item<long>());
    });

    [Theory]
    [InlineData(11, 32, 5)]
    [InlineData(12, 31, 5)]
    [InlineData(12, 32, 0)]
    public Task What_is_less_than_a_tile_is_refused(int rows, int columns, int inner) =>
        OnThreads(2, () => Assert.Throws<ArgumentException>(() => Gemm.Multiply(ones(rows, inner), ones(inner, columns), ones(rows, columns), adds: false)));

    [Fact]
    public void It_is_chosen_on_AMD_with_the_widest_vectors_and_for_nothing_small()
    {
        var processor = File.ReadAllText("/proc/cpuinfo");
        Assert.Equal(processor.Contains("AuthenticAMD", StringComparison.Ordinal) && Vector512.IsHardwareAccelerated, Gemm.Takes(32, 32, 32));
        Assert.False(Gemm.Takes(31, 1000, 1000) || Gemm.Takes(1000, 31, 1000) || Gemm.Takes(1000, 1000, 31));
    }

    // Both ways in which each of the two can lie, b among others too.
    private static IEnumerable<(Tensor A, Tensor B)> Laid(int rows, int columns, int inner)
    {
        var (a, b) = (TestTensors.Normal(new(1, 0), rows, inner), TestTensors.Normal(new(2, 0), inner, columns));
        return from left in new[] { a, a.t().contiguous().t() }
               from right in new[] { b, b.t().contiguous().t(), cat([b, b], 1).narrow(1, columns, columns) }
               select (left, right);
    }

    private static Tensor Of(Tensor a, Tensor b, Tensor? before, bool adds)
    {
        var c = before?.clone() ?? full(a.shape[0], b.shape[1], float.NaN);
        Gemm.Multiply(a, b, c, adds);
        return c;
    }

    private static unsafe Tensor Alone(Tensor a, Tensor b, Tensor before, bool adds)
    {
        var (rows, columns, inner, c) = ((int)a.shape[0], (int)b.shape[1], (int)a.shape[1], before.clone());
        using var panels = empty(GemmPanels.Size(inner, columns));
        var own = Blas.Alone();
        Gemm.MultiplyAlone(Matrix.Of(a), Matrix.Of(b), Matrix.Of(c), rows, columns, inner, adds, ThreadTeam.Data(panels));
        Blas.Together(own);
        return c;
    }

    private static void Equal(Tensor expected, Tensor actual) => Assert.True(expected.equal(actual).all().item<bool>());

    private static Task OnThreads(int threads, Action check)
    {
        Assert.SkipUnless(TestDevice.Name == "cpu" && Sse.IsSupported, "of a processor with SSE");
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var still = no_grad();
            TorchRuntime.Use(TestDevice.Numerics with { Threads = threads });
            try
            {
                check();
            }
            finally
            {
                TorchRuntime.Use(TestDevice.Numerics);
            }
        }, TestContext.Current.CancellationToken);
    }
}
