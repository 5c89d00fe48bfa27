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
            var (x, weight, bias) = (randn(2, rows, 512, requires_grad: true), randn(96, 512, requires_grad: true), randn(96));
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
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public Task A_weight_of_a_model_takes_its_gradient_with_what_it_has_and_one_that_rests_takes_none(Precision precision) => OnTorch(precision, () =>
    {
        manual_seed(1);
        var (x, up) = (randn(2, 70, 64), randn(2, 70, 48));
        (Tensor Weight, Tensor Bias, Tensor? X) Gradients(bool isModel, bool isXAsked)
        {
            var (given, weight, bias) = (x.clone().requires_grad_(isXAsked), new Parameter(ones(48, 64) / 3), new Parameter(zeros(48)));
            for (var pass = 0; pass < 2; pass++)
            {
                // What is no parameter itself is left to autograd.
                BackwardPass.Run((MatrixProduct.Linear(given, isModel ? weight : weight.view(48, 64), bias) * up).sum());
            }

            return (weight.grad!, bias.grad!, given.grad);
        }

        var (expected, actual) = (Gradients(isModel: false, isXAsked: true), Gradients(isModel: true, isXAsked: true));
        Golden.Near(expected.Weight, actual.Weight, 1e-3, "weight");
        Golden.Near(expected.Bias, actual.Bias, 1e-3, "bias");
        Golden.Near(expected.X!, actual.X!, 1e-3, "inputs");
        Assert.Null(Gradients(isModel: true, isXAsked: false).X);

        var resting = new Parameter(ones(48, 64), requires_grad: false);
        var asked = x.clone().requires_grad_();
        BackwardPass.Run((MatrixProduct.Linear(asked, resting) * up).sum());
        Assert.Null(resting.grad);
        Golden.Near(up.matmul(resting), asked.grad!, precision == Precision.BFloat16 ? 0.5 : 1e-3, "inputs of a weight that rests");
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
