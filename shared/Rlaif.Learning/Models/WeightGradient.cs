using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Gradients that a backward pass of ours adds to a weight's own, where autograd would make a tensor of the weight's size for each and add it then.</summary>
internal static class WeightGradient
{
    /// <summary>Adds what outputs [rows, out] of x wᵀ give w [out, in] over inputs [rows, in]; nothing to a weight that rests.</summary>
    public static void Add(Tensor weight, Tensor outputs, Tensor inputs)
    {
        if (weight.requires_grad)
        {
            using var scope = NewDisposeScope();
            MatrixProduct.AddTransposed(Of(weight), outputs, inputs);
        }
    }

    /// <summary>Adds a gradient of the weight's shape.</summary>
    public static void Add(Tensor weight, Tensor gradient)
    {
        if (weight.requires_grad)
        {
            using var scope = NewDisposeScope();
            Of(weight).add_(gradient);
        }
    }

    /// <summary>The gradient itself; zeros are made where there was none.</summary>
    public static Tensor Of(Tensor weight)
    {
        if (weight.grad is { } known)
        {
            return known;
        }

        weight.grad = zeros_like(weight.detach());
        return weight.grad!;
    }
}
