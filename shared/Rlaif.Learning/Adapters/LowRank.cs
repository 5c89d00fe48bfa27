using Rlaif.Learning.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Adapters;

/// <summary>What an adapter makes of one projection: W + s B A (Hu et al. 2021), or m (W + s B A) / ‖W + s B A‖ with a norm and a magnitude for every
/// output unit (DoRA, Liu et al. 2024).</summary>
/// <param name="Down">A, [rank, in].</param>
/// <param name="Up">B, [out, rank].</param>
/// <param name="Magnitude">m, [out]; null: plain LoRA.</param>
/// <param name="Scale">s.</param>
internal sealed record LowRank(Parameter Down, Parameter Up, Parameter? Magnitude, double Scale)
{
    /// <summary>[.., in] to [.., out]. The weight is read as it is: nothing of its size is made for the backward pass.</summary>
    public Tensor Of(Tensor x, Tensor weight, Parameter? bias)
    {
        // B takes what is scaled, [.., rank]: the smaller of the two. In place: the product is nobody else's.
        var low = MatrixProduct.Linear(MatrixProduct.Linear(x, Down) * Scale, Up);
        if (Magnitude is null)
        {
            return MatrixProduct.Linear(x, weight, bias).add_(low);
        }

        var product = MatrixProduct.Linear(x, weight).add_(low) * (Magnitude / Norms(weight));
        return bias is null ? product : product + bias;
    }

    /// <summary>The weight with the adapter in it. In f64, rounded once: the same bytes whatever threads, kernels and precision a run has.</summary>
    public Tensor Merged(Tensor weight)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var sum = weight.to(float64) + (matmul(Up.to(float64), Down.to(float64)) * Scale);
        var merged = Magnitude is null ? sum : sum * (Magnitude.to(float64) / sum.norm(1)).unsqueeze(1);
        return merged.to(weight.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>‖W + s B A‖ of every output unit, [out]; a constant in the backward pass, as the paper (section 4.3) and PEFT have it.</summary>
    public Tensor Norms(Tensor weight)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return (weight + (matmul(Up, Down) * Scale)).norm(1).MoveToOuterDisposeScope();
    }
}
