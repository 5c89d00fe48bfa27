using Rlaif.Learning.Adapters;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>A weight matrix as it is used: with its bias and with what an adapter makes of it.</summary>
/// <param name="Weight">[out, in].</param>
/// <param name="Bias">[out], where the model has one.</param>
/// <param name="Adapter">Null: none.</param>
internal sealed record Projection(Parameter Weight, Parameter? Bias, LowRank? Adapter)
{
    /// <summary>[.., in] to [.., out]; gradients flow.</summary>
    public Tensor Of(Tensor x) => Adapter?.Of(x, Weight, Bias) ?? MatrixProduct.Linear(x, Weight, Bias);

    /// <summary>Whether weight or bias learns.</summary>
    public bool IsTrained => Weight.requires_grad || Bias is { requires_grad: true };

    /// <summary>Adds to the gradients of weight and bias what outputs [rows, out] give them over inputs [rows, in]. Without an adapter.</summary>
    public void AddGradients(Tensor outputs, Tensor inputs)
    {
        WeightGradient.Add(Weight, outputs, inputs);
        AddBiasGradient(outputs);
    }

    /// <summary>Adds to the bias's gradient what outputs [rows, out] give it.</summary>
    public void AddBiasGradient(Tensor outputs)
    {
        if (Bias is { requires_grad: true })
        {
            using var sum = outputs.sum([0]);
            WeightGradient.Add(Bias, sum);
        }
    }
}
