namespace Rlaif.Recipes;

/// <summary>REINFORCE++: PPO's clip and penalty without a critic, advantages normalised over the whole batch of responses.</summary>
public sealed record ReinforcePlusPlusRecipe : GroupRecipe
{
    /// <summary>Responses to each prompt (Hu 2025: 1; 4 and more with a baseline).</summary>
    [Between(1, 1024, "1")]
    public override int Samples { get; init; } = 1;

    /// <summary>What is taken off each reward first: nothing, the mean of its group (REINFORCE++-baseline), or the reward of the greedy response to the
    /// prompt (ReMax), which is one response more.</summary>
    [OneOf("none", "group", "greedy")]
    public string Baseline { get; init; } = "none";

    /// <summary>Weight of the KL penalty (k1, of each token, in the reward; OpenRLHF: 0.01).</summary>
    [Between(0, 100, "0.01")]
    public double Beta { get; init; } = 0.01;

    /// <summary>Discount of later rewards (OpenRLHF: 1).</summary>
    [Between(0, 1, "1")]
    public double Gamma { get; init; } = 1;
}

/// <summary>Rejection sampling (RAFT, best of n): supervised training on the best of the samples. The policy that would answer with the best of n is at most
/// log n - (n - 1) / n nats per sequence away from the one that samples.</summary>
public sealed record BestOfNRecipe : GroupRecipe;

/// <summary>DPO on pairs of the policy's own responses, labelled by the reward model as they are made.</summary>
public sealed record OnlineDpoRecipe : GroupRecipe
{
    /// <summary>Responses to each prompt, of which the best and the worst make the pair (Guo et al. 2024: 2).</summary>
    [Between(2, 1024, "2")]
    public override int Samples { get; init; } = 2;

    /// <summary>Strength of the tie to the policy that the training starts from (Guo et al. 2024 and TRL: 0.1).</summary>
    [Between(1e-4, 10, "0.1")]
    public double Beta { get; init; } = 0.1;

    /// <summary>soft: the probability that the reward difference stands for; hard: the better one, whatever the difference (TRL). A tie is one half.</summary>
    [OneOf("soft", "hard")]
    public string Label { get; init; } = "soft";
}
