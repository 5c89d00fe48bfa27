using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>The one place where activations meet weights, so that the precision can be chosen.</summary>
/// <remarks>On AMD, MKL runs f32 on a slow path and bf16 inputs with f32 results are three to four times as fast. aten's <c>mkldnn_linear</c>
/// would be a fast f32 product, but returns wrong numbers for many shapes in LibTorch 2.10 (docs/decisions.md).</remarks>
public static class MatrixProduct
{
    /// <summary>What products are computed in from now on, on the torch thread.</summary>
    public static Precision Precision { get; set; } = Precision.Float32;

    private static RoundedWeights? held;

    /// <summary>Until it is disposed, a weight is rounded once and not for every product: the weights must not change meanwhile.</summary>
    internal static IDisposable HoldRounded() => new RoundedWeights();

    /// <summary>x wᵀ + b: [.., in] with [out, in] to [.., out]; gradients flow.</summary>
    internal static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        if (Precision != Precision.BFloat16)
        {
            return nn.functional.linear(x, weight, bias);
        }

        using var inputs = x.to(ScalarType.BFloat16);
        var rounded = held?.Of(weight) ?? weight.to(ScalarType.BFloat16);
        using var product = nn.functional.linear(inputs, rounded);
        if (held is null)
        {
            rounded.Dispose();
        }

        var result = product.to(ScalarType.Float32);
        return bias is null ? result : result + bias;
    }

    private sealed class RoundedWeights : IDisposable
    {
        private readonly Dictionary<Tensor, Tensor> copies = new(ReferenceEqualityComparer.Instance);
        private readonly RoundedWeights? outer = held;

        public RoundedWeights() => held = this;

        public Tensor Of(Tensor weight) =>
            copies.TryGetValue(weight, out var copy) ? copy : copies[weight] = weight.to(ScalarType.BFloat16).DetachFromDisposeScope();

        public void Dispose()
        {
            held = outer;
            foreach (var copy in copies.Values)
            {
                copy.Dispose();
            }
        }
    }
}
