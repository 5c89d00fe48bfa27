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
}
