using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

public class MatrixProductTests
{
    // f32: 512 products of N(0, 1) sum to about 23; its rounding is 2^-24 of that per term. bf16 rounds each input to 8 bits.
    [Theory]
    [InlineData(Precision.Float32, 1e-3)]
    [InlineData(Precision.BFloat16, 0.5)]
    public Task Every_precision_computes_the_product_and_its_gradients(Precision precision, double bound) => OnTorch(precision, () =>
    {
        manual_seed(1);
        foreach (var rows in new long[] { 1, 63, 64, 300 })
        {
            var (x, weight, bias) = (randn(2, rows, 512, requires_grad: true), new Parameter(randn(96, 512)), new Parameter(randn(96)));
            var up = randn(2, rows, 96);
            var product = MatrixProduct.Linear(x, weight, bias);
            product.backward([up]);
            var (exactX, exactWeight) = (x.detach().to(ScalarType.Float64), weight.detach().to(ScalarType.Float64));
            Golden.Near(exactX.matmul(exactWeight.t()) + bias, product, bound, $"{precision}, {rows} rows: products");
            Golden.Near(up.to(ScalarType.Float64).matmul(exactWeight), x.grad!, bound, "gradient of x");
            var flat = up.view(-1, 96).to(ScalarType.Float64).t().matmul(exactX.view(-1, 512));
            Golden.Near(flat, weight.grad!, bound, "gradient of the weight");
        }
    });

    [Theory]
    [InlineData(Precision.Float32, 1e-3)]
    [InlineData(Precision.BFloat16, 0.5)]
    public Task Gradients_are_added_to_what_a_weight_has_and_one_that_rests_has_none(Precision precision, double bound) => OnTorch(precision, () =>
    {
        manual_seed(1);
        var (x, up, learning, resting) = (randn(2, 70, 64), randn(2, 70, 48), Weights(isResting: false), Weights(isResting: true));
        Tensor? Gradient((Parameter Weight, Parameter Bias) of, bool isAsked)
        {
            var given = x.clone().requires_grad_(isAsked);
            // An adapter adds to the product in place.
            BackwardPass.Run((MatrixProduct.Linear(given, of.Weight, of.Bias).add_(up) * up).sum());
            return given.grad;
        }

        var expected = up.to(float64).matmul(learning.Weight.to(float64));
        Golden.Near(expected, Gradient(learning, isAsked: true)!, bound, "inputs");
        Assert.Null(Gradient(learning, isAsked: false));
        var flat = up.view(-1, 48).to(float64);
        Golden.Near(flat.t().matmul(x.view(-1, 64).to(float64)) * 2, learning.Weight.grad!, 2 * bound, "weight, twice");
        Golden.Near(flat.sum([0]) * 2, learning.Bias.grad!, 1e-4, "bias, twice");

        Golden.Near(up.to(float64).matmul(resting.Weight.to(float64)), Gradient(resting, isAsked: true)!, bound, "inputs of a weight that rests");
        Assert.True(resting.Weight.grad is null && resting.Bias.grad is null);

        (Parameter Weight, Parameter Bias) Weights(bool isResting) => (new(randn(48, 64), !isResting), new(randn(48), !isResting));
    });

    // A sum's gradient is one number that is read again and again.
    [Fact]
    public Task A_gradient_that_is_the_same_everywhere_is_none_that_lies_in_rows() => OnTorch(Precision.Float32, () =>
    {
        manual_seed(1);
        var (x, weight) = (randn(100, 64), new Parameter(randn(48, 64)));
        BackwardPass.Run(MatrixProduct.Linear(x, weight).sum());
        Golden.Near(x.to(float64).sum([0]).expand(48, 64), weight.grad!, 1e-4, "weight");
    });

    [Fact]
    public Task A_gradient_that_lies_in_columns_is_added_to_as_it_lies() => OnTorch(Precision.Float32, () =>
    {
        manual_seed(1);
        using var still = no_grad();
        var (inputs, outputs, sum) = (randn(100, 64), randn(100, 48), ones(64, 48).t());
        MatrixProduct.AddTransposed(sum, outputs, inputs);
        Golden.Near(outputs.to(float64).t().matmul(inputs.to(float64)) + 1, sum, 1e-3, "sum");
    });

    [Fact]
    public Task What_does_not_fit_is_told_and_not_read_beside() => OnTorch(Precision.Float32, () =>
    {
        using var still = no_grad();
        Assert.ThrowsAny<Exception>(() => MatrixProduct.Linear(ones(100, 64), ones(48, 32)));
        Assert.ThrowsAny<Exception>(() => MatrixProduct.AddTransposed(zeros(40, 64), ones(100, 48), ones(100, 64)));
        Assert.ThrowsAny<Exception>(() => MatrixProduct.AddInputs(zeros(100, 40), ones(100, 48), ones(48, 64)));
    });

    private static Task OnTorch(Precision precision, Action check) => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        MatrixProduct.Precision = precision;
        try
        {
            check();
        }
        finally
        {
            MatrixProduct.Precision = Precision.Float32;
        }
    });
}
