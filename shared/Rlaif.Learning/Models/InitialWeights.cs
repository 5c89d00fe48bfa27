using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Weights of a new model.</summary>
internal static class InitialWeights
{
    public static IReadOnlyList<NamedWeight> Of(ModelConfig config, ulong seed, bool trainable) =>
    [
        .. WeightShape.Of(config).Select((weight, index) =>
            new NamedWeight(weight.Name, LanguageModel.OwnParameter(Values(weight, config, new RandomStream(seed, (ulong)index)), trainable))),
    ];

    private static Tensor Values(WeightShape weight, ModelConfig config, RandomStream random)
    {
        if (weight.Shape.Length == 1)
        {
            return weight.Name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(weight.Shape) : ones(weight.Shape);
        }

        // Outputs into the residual stream are scaled down so that its variance does not grow with depth (GPT-2, section 2.3).
        var residual = weight.Name.EndsWith("o_proj.weight", StringComparison.Ordinal) || weight.Name.EndsWith("down_proj.weight", StringComparison.Ordinal);
        var deviation = weight.Name == "model.embed_tokens.weight" ? 0.02
            : Math.Pow(weight.Shape[1], -0.5) * (residual ? Math.Pow(2 * config.Layers, -0.5) : 1);
        var values = new float[weight.Shape[0] * weight.Shape[1]];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(random.NextNormal() * deviation);
        }

        return TensorDevice.Weight(values, weight.Shape);
    }
}
