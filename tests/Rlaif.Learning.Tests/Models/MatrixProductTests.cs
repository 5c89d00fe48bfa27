using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
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
