using Rlaif.Learning.Adapters;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Adapters;

public class LowRankTests
{
    private const double Scale = 0.7;

    // y = x Wᵀ + s x Aᵀ Bᵀ. With G = dL/dy and dW = Gᵀ x: dB = s dW Aᵀ, dA = s Bᵀ dW.
    [Fact]
    public Task Both_gradients_are_that_of_the_weight_through_the_other_factor() => InF64((x, weight, pair) =>
    {
        var toward = randn(6, 5, dtype: float64);
        BackwardPass.Run((pair.Of(x, weight, null) * toward).sum());
        var ofWeight = toward.t().matmul(x);
        Near(ofWeight.matmul(pair.Down.t()) * Scale, pair.Up.grad!);
        Near(pair.Up.t().matmul(ofWeight) * Scale, pair.Down.grad!);
    });

    // y = (m / n) ⊙ v, v = x (W + s B A)ᵀ, n constant: G ⊙ m / n takes G's place, and dm = Σ G ⊙ v / n.
    [Fact]
    public Task With_magnitudes_the_norm_is_a_constant_of_the_gradient() => InF64((x, weight, plain) =>
    {
        var pair = plain with { Magnitude = Trainable(rand(5, dtype: float64) + 0.5) };
        var toward = randn(6, 5, dtype: float64);
        BackwardPass.Run((pair.Of(x, weight, null) * toward).sum());
        var norms = Full(weight, pair).pow(2).sum(1).sqrt();
        var ofWeight = (toward * (pair.Magnitude!.detach() / norms)).t().matmul(x);
        Near(ofWeight.matmul(pair.Down.t()) * Scale, pair.Up.grad!);
        Near(pair.Up.t().matmul(ofWeight) * Scale, pair.Down.grad!);
        Near((toward * x.matmul(Full(weight, pair).t()) / norms).sum(dim: 0), pair.Magnitude!.grad!);
    });

    [Fact]
    public Task Gradients_are_those_of_finite_differences() => InF64((x, weight, pair) =>
    {
        double Loss() => pair.Of(x, weight, null).sin().sum().item<double>();
        BackwardPass.Run(pair.Of(x, weight, null).sin().sum());
        foreach (var (parameter, at) in new[] { (pair.Down, 3), (pair.Down, 7), (pair.Up, 0), (pair.Up, 9) })
        {
            const double Step = 1e-6;
            using var guard = no_grad();
            var entry = parameter.view(-1);
            entry[at] += Step;
            var up = Loss();
            entry[at] -= 2 * Step;
            var slope = (up - Loss()) / (2 * Step);
            entry[at] += Step;
            Assert.Equal(slope, parameter.grad!.view(-1)[at].item<double>(), 1e-7);
        }
    });

    // W = [[3, 4], [0, 2]], s B A = [[0, 1], [0, 0]]: rows [3, 5] and [0, 2] of length √34 and 2. With m = [√34, 6]: [3, 5] and [0, 6].
    [Fact]
    public Task A_merged_weight_is_what_can_be_computed_by_hand() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor(new float[,] { { 3, 4 }, { 0, 2 } }), false);
        var pair = new LowRank(new(tensor(new float[,] { { 0, 2 } })), new(tensor(new float[,] { { 1 }, { 0 } })), null, 0.5);
        Assert.Equal([3f, 5, 0, 2], pair.Merged(weight).data<float>());
        var dora = pair with { Magnitude = new(tensor(new[] { (float)Math.Sqrt(34), 6 })) };
        Assert.Equal([3f, 5, 0, 6], dora.Merged(weight).data<float>().Select(value => MathF.Round(value, 6)));
    }, TestContext.Current.CancellationToken);

    [Fact]
    public Task A_bias_is_added_once_and_has_no_magnitude() => InF64((x, weight, plain) =>
    {
        var bias = new Parameter(randn(5, dtype: float64), false);
        foreach (var pair in new[] { plain, plain with { Magnitude = new(ones(5, dtype: float64)) } })
        {
            Near(pair.Of(x, weight, null) + bias, pair.Of(x, weight, bias));
        }
    });

    [Fact]
    public Task A_fresh_magnitude_changes_no_bit() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (randn(40, 33), new Parameter(randn(17, 33), false));
        var pair = new LowRank(new(randn(2, 33)), new(zeros(17, 2)), null, 2);
        var fresh = pair with { Magnitude = new(pair.Norms(weight)) };
        Assert.True(fresh.Of(x, weight, null).equal(nn.functional.linear(x, weight)).all().item<bool>());
    }, TestContext.Current.CancellationToken);

    private static Tensor Full(Tensor weight, LowRank pair) => (weight + (pair.Up.matmul(pair.Down) * Scale)).detach();

    private static Parameter Trainable(Tensor values) => new(values, true);

    private static void Near(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);

    private static Task InF64(Action<Tensor, Parameter, LowRank> check) => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var weight = new Parameter(randn(5, 4, dtype: float64), false);
        check(randn(6, 4, dtype: float64), weight, new(Trainable(randn(2, 4, dtype: float64)), Trainable(randn(5, 2, dtype: float64)), null, Scale));
    }, TestContext.Current.CancellationToken);
}
