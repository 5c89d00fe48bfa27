using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

/// <summary>What is one pass on a CPU, beside the formula written down plainly, whose derivatives are autograd's.</summary>
public class KernelTests
{
    private const double Epsilon = 1e-5;

    [Theory]
    [InlineData(3, 7)]
    [InlineData(130, 48)]
    [InlineData(700, 576)]
    public Task A_norm_and_its_gradients_are_the_formulas(int rows, int width) => OnThreads(() =>
    {
        var weight = TestTensors.Normal(new(1, 0), width);
        Same(
            [TestTensors.Normal(new(2, 0), 2, rows, width), weight],
            given => RmsNorm.Of(given[0], (Parameter)given[1], Epsilon),
            given => given[0] * (given[0].square().mean([-1], keepdim: true) + Epsilon).rsqrt() * given[1]);
    });

    [Fact]
    public Task What_is_added_to_the_gradient_of_a_norm_is_added_once() => OnThreads(() =>
    {
        var (x, plus, weight) = (TestTensors.Normal(new(1, 0), 90, 20), TestTensors.Normal(new(2, 0), 90, 20), new Parameter(ones(20), requires_grad: false));
        var (_, reciprocal) = RmsNorm.Normed(x, weight, Epsilon);
        Tensor Gradient(Tensor? more) => RmsNorm.Backward(ones_like(x), x, reciprocal, weight, more);
        Assert.True(Gradient(plus).allclose(Gradient(null) + plus, rtol: 1e-6, atol: 1e-6));
    });

    [Fact]
    public Task Far_below_zero_a_gated_unit_is_nothing_and_so_are_its_gradients() => OnThreads(() =>
    {
        var (gate, up) = (tensor(new[] { -90f, -1e4f, -1e37f, 1e37f }), ones(4));
        var (ofGate, ofUp, product) = GatedUnit.Gradients(ones(4), gate, up, isProductAsked: true);
        Assert.Equal([0, 0, 0, 1e37f], product!.cpu().data<float>().ToArray());
        Assert.Equal([0, 0, 0, 1e37f], ofUp.cpu().data<float>().ToArray());
        Assert.Equal([0, 0, 0, 1], ofGate.cpu().data<float>().ToArray());
    });

    [Fact]
    public Task The_product_of_a_gated_unit_again_has_the_bits_of_before() => OnThreads(() =>
    {
        var (gate, up) = (TestTensors.Normal(new(1, 0), 300, 100) * 5, TestTensors.Normal(new(2, 0), 300, 100));
        var (_, _, again) = GatedUnit.Gradients(TestTensors.Normal(new(3, 0), 300, 100), gate, up, isProductAsked: true);
        Assert.True(again!.equal(GatedUnit.Product(gate, up)).all().item<bool>());
    });

    [Theory]
    [InlineData(1, 5)]
    [InlineData(77, 333)]
    public Task A_gated_unit_and_its_gradients_are_the_formulas(int rows, int width) => OnThreads(() => Same(
        [TestTensors.Normal(new(1, 0), rows, width) * 20, TestTensors.Normal(new(2, 0), rows, width)],
        given => GatedUnit.Of(given[0], given[1]),
        given => given[0] * given[0].sigmoid() * given[1]));

    [Theory]
    [InlineData(8, false)]
    [InlineData(64, false)]
    [InlineData(8, true)]
    public Task A_rotation_and_its_gradient_are_the_formulas(int width, bool isPerRow) => OnThreads(() =>
    {
        const int Batch = 3, Heads = 2, Time = 400;
        var half = width / 2;
        // Tables of positions, or of positions that differ from row to row.
        var angles = isPerRow ? TestTensors.Normal(new(2, 0), Batch, 1, Time, half) : TestTensors.Normal(new(2, 0), Time, half);
        var (cosines, sines) = (angles.cos(), angles.sin());
        Same(
            [TestTensors.Normal(new(1, 0), Batch, Time, Heads, width)],
            given => RotaryTurn.Of(given[0].transpose(1, 2), cosines, sines),
            given =>
            {
                var x = given[0].transpose(1, 2);
                var (first, second) = (x.narrow(3, 0, half), x.narrow(3, half, half));
                return cat([(first * cosines) - (second * sines), (second * cosines) + (first * sines)], 3);
            });
    });

    [Fact]
    public Task What_is_no_number_is_none_afterwards() => OnThreads(() =>
    {
        using var still = no_grad();
        var x = ones(2, 40);
        x[1, 33] = float.NaN;
        var weight = new Parameter(ones(40), requires_grad: false);
        foreach (var result in new[] { RmsNorm.Of(x, weight, Epsilon), GatedUnit.Of(x, ones(2, 40)), VocabularyRows.Exponentials(x, isKept: true).Sum })
        {
            Assert.True(result[0].isfinite().all().item<bool>());
            Assert.True(result[1].isnan().any().item<bool>());
        }
    });

    [Fact]
    public async Task A_processor_with_narrower_vectors_computes_the_same_bits()
    {
        const string Expected = "RLAIF_TEST_EXPECTED";
        Assert.SkipUnless(TestDevice.Name == "cpu", "a card has no such vectors");
        var bits = "";
        await OnThreads(() => bits = Bits());
        if (!FreshProcess.IsThis)
        {
            await FreshProcess.Passes(nameof(A_processor_with_narrower_vectors_computes_the_same_bits), skipped: null, (Expected, bits), ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"));
            return;
        }

        Assert.False(Vector512.IsHardwareAccelerated);
        Assert.Equal(Environment.GetEnvironmentVariable(Expected), bits);
    }

    private static string Bits()
    {
        using var still = no_grad();
        var (x, y, weight) = (TestTensors.Normal(new(1, 0), 90, 200), TestTensors.Normal(new(2, 0), 90, 200), new Parameter(TestTensors.Normal(new(3, 0), 200)));
        var (normed, reciprocal) = RmsNorm.Normed(x, weight, Epsilon);
        var (ofGate, ofUp, product) = GatedUnit.Gradients(y.clone(), x, y, isProductAsked: true);
        var (highest, sum) = VocabularyRows.Exponentials(x, isKept: true);
        Tensor[] products = [zeros(90, 90), zeros(200, 200)];
        Gemm.Multiply(x, y.t(), products[0], adds: true);
        Gemm.Multiply(x.repeat(7, 1).t(), y.repeat(7, 1), products[1], adds: false);
        Tensor[] all =
        [
            .. products,
            normed, reciprocal, RmsNorm.Backward(y.clone(), x, reciprocal, weight), weight.grad!, ofGate, ofUp, product!, highest, sum,
            VocabularyRows.Gradient(x.clone(), sum.log() + highest, highest, full([90], 1, ScalarType.Int64), 0),
        ];
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>([.. all.SelectMany(one => one.cpu().contiguous().data<float>().ToArray())])));
    }

    private static Task OnThreads(Action check) => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        TorchRuntime.Use(TestDevice.Numerics with { Threads = 2 });
        try
        {
            check();
        }
        finally
        {
            TorchRuntime.Use(TestDevice.Numerics);
        }
    }, TestContext.Current.CancellationToken);

    private static void Same(Tensor[] inputs, Func<Tensor[], Tensor> kernel, Func<Tensor[], Tensor> formula)
    {
        (Tensor Value, Tensor[] Gradients) Of(Func<Tensor[], Tensor> function)
        {
            Parameter[] given = [.. inputs.Select(one => new Parameter(one.clone()))];
            var value = function([.. given]);
            BackwardPass.Run((value * TestTensors.Normal(new(9, 0), value.shape)).sum());
            return (value.detach(), [.. given.Select(one => one.grad!)]);
        }

        var (expected, actual) = (Of(formula), Of(kernel));
        Assert.True(actual.Value.allclose(expected.Value, rtol: 1e-5, atol: 1e-6), "values");
        Assert.All(actual.Gradients.Zip(expected.Gradients), pair => Assert.True(pair.First.allclose(pair.Second, rtol: 1e-4, atol: 1e-5), "gradients"));
        using (no_grad())
        {
            Assert.True(kernel([.. inputs.Select(one => new Parameter(one.clone()))]).equal(actual.Value).all().item<bool>(), "without a gradient");
        }

        foreach (var threads in new[] { 1, 3 })
        {
            TorchRuntime.Use(TestDevice.Numerics with { Threads = threads });
            var again = Of(kernel);
            Assert.True(again.Value.equal(actual.Value).all().item<bool>(), $"values of {threads} threads");
            Assert.All(again.Gradients.Zip(actual.Gradients), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>(), $"gradients of {threads} threads"));
        }

        TorchRuntime.Use(TestDevice.Numerics with { Threads = 2 });
    }
}
