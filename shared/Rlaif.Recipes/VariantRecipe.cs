using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>Another loss of pairs than DPO's. docs/algorithms/dpo.md has the formulas and TRL's names.</summary>
public sealed record VariantRecipe
{
    /// <summary>Which.</summary>
    [OneOf(
        "sigmoid", "sigmoidPerToken", "robust", "hinge", "ipo", "ipoPerSequence", "exo", "nca", "bco", "sppo", "aot", "aotUnpaired", "apoZero", "apoDown",
        "discopop")]
    public string Loss { get; init; } = "sigmoid";

    /// <summary>How many labels are taken to be wrong: conservative DPO, the noise of robust, the smoothing of exo (which needs one) and aot.</summary>
    [Between(0, 0.49, "0.1")]
    public double LabelSmoothing { get; init; }

    /// <summary>How the policy is tied to the reference, for losses of a margin.</summary>
    [OneOf("reverseKl", "forwardKl", "jensenShannon", "alpha")]
    public string Divergence { get; init; } = "reverseKl";

    /// <summary>Of the alpha divergence (TRL: 0.5).</summary>
    [Between(0, 10, "0.5")]
    public double Alpha { get; init; } = 0.5;

    /// <summary>Of discopop's blend (Lu et al. 2024: 0.05).</summary>
    [Between(0.001, 100, "0.05")]
    public double DiscopopTemperature { get; init; } = 0.05;

    /// <summary>Several losses by their weights, in the place of one: <c>{sigmoid: 1, sft: 0.7}</c>. Beside the losses of pairs sft (mean over the
    /// tokens of a batch) and sftPerSequence (over the tokens of a response, then over pairs); null: <see cref="Loss"/> alone.</summary>
    [Between(0, 1000, "1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Mixture { get; init; }

    /// <summary>Length-desensitised DPO: what a token beyond the length of the pair's shorter response counts (Liu et al. 2024: 0.3 to 0.6); null: 1.</summary>
    [Between(0, 1, "0.5")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LdAlpha { get; init; }

    /// <summary>Weighted preference optimisation: pairs count as likely as the policy is to write them (Zhou et al. 2024). For pairs of another policy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Wpo { get; init; }

    /// <summary>The names in a mixture that are no losses of pairs.</summary>
    public static IReadOnlyList<string> Likelihoods { get; } = ["sft", "sftPerSequence"];

    /// <summary>What is optimised: the names of the mixture, or the one loss.</summary>
    [JsonIgnore]
    public IEnumerable<string> Names => Mixture?.Keys ?? [Loss];
}
