using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>What keeps a training on its own samples from running away. A guard without a value does not look.</summary>
public sealed record GuardsRecipe
{
    /// <summary>A step in which the ratio of policy to sampling policy is above this for any token moves nothing. (TRL up to 0.11 looked at the mean, whose
    /// expectation is 1 however far apart both are.)</summary>
    [Between(1, 1e9, "10")]
    public double? MaxRatio { get; init; }

    /// <summary>A step whose KL to the sampling policy (k3, nats per token) is above this moves nothing, nor do those that were to follow on the same
    /// responses (Spinning Up: 1.5 times a target of 0.01).</summary>
    [Between(1e-6, 100, "0.015")]
    public double? MaxStepKl { get; init; }

    /// <summary>A policy whose KL to the reference (k1, nats per sequence, mean of a batch of responses) is above this goes back.</summary>
    [Between(0.01, 10_000, "20")]
    public double? MaxKl { get; init; }

    /// <summary>How often a policy goes back to its last good checkpoint, each time to half the learning rate, before the training ends with an error:
    /// for a KL above <see cref="MaxKl"/>, and for whatever is not finite.</summary>
    [Between(0, 100, "3")]
    public int Rollbacks { get; init; } = 3;

    /// <summary>Whether the policy is compared with the one that sampled, in every step.</summary>
    [JsonIgnore]
    public bool LooksAtSteps => MaxRatio is not null || MaxStepKl is not null;
}
