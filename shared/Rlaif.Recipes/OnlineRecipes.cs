using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>Settings of algorithms that sample responses themselves and learn from what rewards say of them. An example is a prompt:
/// <see cref="TrainingRecipe.Batch"/> prompts are answered together.</summary>
public abstract record OnlineRecipe : TrainingRecipe
{
    /// <summary>Temperature of sampling; log-probabilities are taken at it too (TRL: 1).</summary>
    [Between(0.01, 10, "1")]
    public double Temperature { get; init; } = 1;

    /// <summary>Longest response in tokens.</summary>
    [Between(1, 1_000_000, "64")]
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Takes rewards less their mean over their deviation, both stored with the reward model (Ziegler et al. 2019; OpenRLHF: false).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NormaliseRewards { get; init; }

    /// <summary>How many standard deviations among the members of an ensemble are taken off their mean (Eisenstein et al. 2023: 1); null: none.</summary>
    [Between(0, 100, "1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Pessimism { get; init; }

    /// <summary>What a response without its end token loses, in the unit of rewards (TRL: 0).</summary>
    [Between(0, 1000, "0")]
    public double MissingEndPenalty { get; init; }

    /// <summary>The ratio of policy to sampling policy counts down to 1 less this (Schulman et al. 2017: 0.2).</summary>
    [Between(1e-6, 1, "0.2")]
    public double ClipLow { get; init; } = 0.2;

    /// <summary>The ratio counts up to 1 and this (Schulman et al. 2017: 0.2; DAPO: 0.28).</summary>
    [Between(1e-6, 100, "0.2")]
    public double ClipHigh { get; init; } = 0.2;

    /// <summary>Batches of responses that the policy may learn from between sampling one and learning from it, so that a judge has time (verl: 1; TRL: 4); 0: none.</summary>
    [Between(0, 64, "1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaxStaleness { get; init; }

    /// <summary>What is done when a policy runs away; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GuardsRecipe? Guards { get; init; }

    /// <summary>What responses are worth; null: what the round's reward model says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RewardsRecipe? Rewards { get; init; }

    /// <summary>When the training stops because its policy behaves otherwise; null: never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AlarmRecipe? Alarm { get; init; }

    /// <summary>Whether there has to be a reward model.</summary>
    [JsonIgnore]
    public bool NeedsRewardModel => Rewards is null or { RewardModel: > 0 };

    /// <summary>Whether texts of prompts and responses are read, and not their tokens alone.</summary>
    [JsonIgnore]
    public bool ReadsTexts => Rewards is { Rules: > 0 } or { Answer: > 0 } or { Judge: > 0 } || Alarm is not null;
}

/// <summary>Settings of algorithms that compare the responses to a prompt with each other.</summary>
public abstract record GroupRecipe : OnlineRecipe
{
    /// <summary>Responses to each prompt (TRL: 8).</summary>
    [Between(2, 1024, "8")]
    public virtual int Samples { get; init; } = 8;

    /// <summary>Optimizer steps on each batch of responses (TRL: 1). From the second on ratios leave 1.</summary>
    [Between(1, 100, "1")]
    public int Iterations { get; init; } = 1;

    /// <summary>How a response counts that an older policy sampled; null: as the defaults say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImportanceRecipe? Importance { get; init; }
}

/// <summary>Importance weights of responses that an older policy sampled: the policy's probability over that of the one that sampled.</summary>
public sealed record ImportanceRecipe
{
    /// <summary>What is weighed: each response, or each of its tokens (biased, and tame for long ones).</summary>
    [OneOf("sequence", "token")]
    public string Level { get; init; } = "sequence";

    /// <summary>What becomes of a weight above <see cref="Most"/>: it becomes 0 (TRL), or <see cref="Most"/> (Ionides 2008).</summary>
    [OneOf("mask", "truncate")]
    public string Limit { get; init; } = "mask";

    /// <summary>Largest weight (TRL: 3).</summary>
    [Between(1, 1000, "3")]
    public double Most { get; init; } = 3;
}

/// <summary>Group-relative policy optimisation: a response against its siblings, token by token.</summary>
public sealed record GrpoRecipe : GroupRecipe
{
    /// <summary>What a token costs and over what the costs are averaged.</summary>
    [OneOf("grpo", "bnpo", "drGrpo", "dapo", "cispo", "sapo", "luspo", "vespo")]
    public string Loss { get; init; } = "dapo";

    /// <summary>What has a ratio: each token, or each response (GSPO).</summary>
    [OneOf("token", "sequence")]
    public string Ratio { get; init; } = "token";

    /// <summary>By which deviation rewards less their group's mean are divided; <c>each</c>: those of each source by their own in the group, before they are added up (GDPO).</summary>
    [OneOf("group", "batch", "none", "each")]
    public string Scale { get; init; } = "group";

    /// <summary>Weight of the k3 penalty against the policy that the training starts from (Shao et al. 2024: 0.04; TRL: 0).</summary>
    [Between(0, 100, "0.04")]
    public double Beta { get; init; } = 0.04;

    /// <summary>Leaves responses without their end token out of the loss; their rewards still count in their group (DAPO).</summary>
    public bool MaskTruncated { get; init; }

    /// <summary>Largest ratio of <c>cispo</c> (ScaleRL: 5).</summary>
    [Between(1, 1000, "5")]
    public double CispoCap { get; init; } = 5;
}

/// <summary>REINFORCE with the mean of a response's siblings as baseline; a response is one action.</summary>
public sealed record RlooRecipe : GroupRecipe
{
    /// <summary>Weight of the summed log-ratio (k1) that is taken off each reward (Ahmadian et al. 2024 and TRL: 0.05).</summary>
    [Between(0, 100, "0.05")]
    public double Beta { get; init; } = 0.05;

    /// <summary>Divides advantages by their deviation over the batch (TRL: false).</summary>
    public bool Normalise { get; init; }
}
