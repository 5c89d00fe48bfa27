using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>The one place where activations meet weights, so that the precision can be chosen.</summary>
/// <remarks>On AMD, MKL runs f32 on a slow path: <see cref="Gemm"/> is twice as fast there, and bf16 inputs with f32 results are faster still. aten's <c>mkldnn_linear</c>
/// would be a fast f32 product, but returns wrong numbers for many shapes in LibTorch 2.10 (docs/decisions.md).</remarks>
public static class MatrixProduct
{
    /// <summary>What products are computed in from now on, on the torch thread.</summary>
    public static Precision Precision { get; set; } = Precision.Float32;

    private static RoundedWeights? held;

    /// <summary>Until it is disposed, a weight is rounded once and not for every product, unless autograd is to follow it or it is a part of one: the weights must not change
    /// meanwhile.</summary>
    internal static IDisposable HoldRounded() => new RoundedWeights();

    /// <summary>x wᵀ + b: [.., in] with [out, in] to [.., out]; gradients flow.</summary>
    internal static Tensor Linear(Tensor x, Tensor weight, Parameter? bias = null) =>
        is_grad_enabled() && weight is Parameter { requires_grad: var learns } own && (learns || x.requires_grad || bias is { requires_grad: true })
            ? ProductNode.Of(x, new(own, bias, Adapter: null))
            : Product(x, weight, bias);

    /// <summary>The same for which nobody but autograd makes gradients.</summary>
    internal static Tensor Product(Tensor x, Tensor weight, Parameter? bias)
    {
        using var scope = NewDisposeScope();
        var product = Precision == Precision.BFloat16
            ? nn.functional.linear(x.to(ScalarType.BFloat16), Rounded(weight)).to(ScalarType.Float32)
            : Ours(x, weight) ?? nn.functional.linear(x, weight);
        // Not in the product: what LibTorch's gives then is a view, which may not be changed in place once a node has returned it.
        return (bias is null ? product : is_grad_enabled() ? product + bias : product.add_(bias)).MoveToOuterDisposeScope();
    }

    /// <summary>Gradient of the inputs of <see cref="Linear"/>, [rows, out] with [out, in] to [rows, in], added to <paramref name="sum"/>, which is taken over.</summary>
    /// <param name="sum">Null: zero.</param>
    internal static Tensor AddInputs(Tensor? sum, Tensor outputs, Tensor weight)
    {
        if (Precision != Precision.BFloat16)
        {
            return Add(sum, outputs, weight);
        }

        using var scope = NewDisposeScope();
        var product = outputs.to(ScalarType.BFloat16).matmul(Rounded(weight));
        return sum is null ? product.to(ScalarType.Float32).MoveToOuterDisposeScope() : sum.add_(product);
    }

    /// <summary>Adds the gradient of the weight of <see cref="Linear"/>, [rows, out] with [rows, in] to [out, in].</summary>
    internal static void AddTransposed(Tensor sum, Tensor outputs, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        if (Precision != Precision.BFloat16)
        {
            Add(sum, outputs.t(), inputs);
        }
        else
        {
            sum.add_(outputs.to(ScalarType.BFloat16).t().matmul(inputs.to(ScalarType.BFloat16)));
        }
    }

    private static Tensor? Ours(Tensor x, Tensor weight)
    {
        var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
        if ((is_grad_enabled() && (x.requires_grad || weight.requires_grad)) || !Gemm.Takes(x.numel() / inputs, outputs, inputs))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var (rows, turned) = (x.reshape(-1, x.shape[^1]), weight.t());
        if (!Gemm.Reaches(rows, turned))
        {
            return null;
        }

        var result = empty([.. x.shape[..^1], outputs]);
        Gemm.Multiply(rows, turned, result.view(-1, outputs), adds: false);
        return result.MoveToOuterDisposeScope();
    }

    // sum + a b, in place; where there is no sum, a b.
    private static Tensor Add(Tensor? sum, Tensor a, Tensor b)
    {
        if (Gemm.Takes(a.shape[0], b.shape[1], a.shape[1]) && Gemm.Reaches(a, b) && (sum is null || Gemm.ReachesResult(sum)))
        {
            var result = sum ?? empty(a.shape[0], b.shape[1]);
            Gemm.Multiply(a, b, result, adds: sum is not null);
            return result;
        }

        return sum is null ? a.matmul(b) : sum.addmm_(a, b, 1, 1);
    }

    // What autograd is to follow is rounded for it; and of a part of a weight nobody would find the copy again.
    private static Tensor Rounded(Tensor weight) =>
        held is not null && weight is Parameter && !(is_grad_enabled() && weight.requires_grad) ? held.Of(weight) : weight.to(ScalarType.BFloat16);

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
