using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Adapters;

/// <summary>A new adapter: A uniform within ±1/√in (PEFT: Kaiming's with a = √5), B zero, so that it changes nothing yet. The same seed gives the same
/// bytes on every machine.</summary>
internal static class InitialAdapter
{
    /// <summary>For a language model.</summary>
    public static Adapter On(LanguageModel model, LoraRecipe recipe, ulong seed) => On(model.Weights, recipe, seed, []);

    /// <summary>For a reward model: its head is trained whole, as PEFT does.</summary>
    public static Adapter On(RewardModel model, LoraRecipe recipe, ulong seed)
    {
        using var guard = no_grad();
        var head = LanguageModel.OwnParameter(model.Score.detach().clone(), trainable: true);
        return On(model.Body.Weights, recipe, seed, [new(RewardModel.ScoreName, head)]);
    }

    private static Adapter On(IReadOnlyList<NamedWeight> weights, LoraRecipe recipe, ulong seed, IReadOnlyList<NamedWeight> saved)
    {
        var config = new AdapterConfig
        {
            Rank = recipe.Rank,
            Alpha = recipe.Alpha,
            RankStabilised = recipe.Rslora,
            Dora = recipe.Dora,
            Targets = recipe.TargetModules is { } targets ? new([.. targets.Order(StringComparer.Ordinal)]) : null,
            Saved = [.. saved.Select(w => w.Name[..^".weight".Length])],
        };
        var targeted = weights.Where(w => w.Value.dim() == 2 && config.IsTarget(Module(w))).ToList();
        // The order of the examples has the streams of the seed itself, samples those of its complement, passes over rollouts those of the next.
        return new(config, targeted.Select((w, i) => (Module: Module(w), Pair: Pair(w.Value, config, Module(w), new(seed + 2, (ulong)i))))
            .ToDictionary(one => one.Module, one => one.Pair, StringComparer.Ordinal), saved);
    }

    private static string Module(NamedWeight weight) => weight.Name[..^".weight".Length];

    private static LowRank Pair(Parameter weight, AdapterConfig config, string module, RandomStream random)
    {
        using var guard = no_grad();
        var (rank, outputs, inputs) = (config.RankOf(module), weight.shape[0], weight.shape[1]);
        var down = new float[rank * inputs];
        for (var i = 0; i < down.Length; i++)
        {
            down[i] = (float)(((2 * random.NextDouble()) - 1) / Math.Sqrt(inputs));
        }

        var pair = new LowRank(
            LanguageModel.OwnParameter(TensorDevice.Weight(down, rank, inputs), trainable: true),
            LanguageModel.OwnParameter(zeros(outputs, rank), trainable: true), null, config.ScaleOf(module));
        return config.Dora ? pair with { Magnitude = LanguageModel.OwnParameter(pair.Norms(weight), trainable: true) } : pair;
    }
}
