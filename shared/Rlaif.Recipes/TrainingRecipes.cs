using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>Settings that every training shares. AdamW with betas 0.9, 0.95 and no weight decay unless set.</summary>
public abstract record TrainingRecipe
{
    /// <summary>Peak learning rate.</summary>
    [Between(1e-9, 1, "1e-5 for 100M parameters and more, 2e-4 for the tiny policy")]
    public double LearningRate { get; init; } = 1e-5;

    /// <summary>Steps of linear warm-up from 0.</summary>
    [Between(0, 1_000_000, "5")]
    public int WarmupSteps { get; init; } = 5;

    /// <summary>What follows the warm-up.</summary>
    [OneOf("constant", "linear", "cosine", "inverseSqrt", "stableLinear", "stableCosine", "stableRoot")]
    public string Schedule { get; init; } = "constant";

    /// <summary>Share of the steps, the last ones, in which a stable schedule falls (Hägele et al. 2024 fall over 10 to 20 %); null: 0.2.</summary>
    [Between(0.001, 1, "0.2")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DecayShare { get; init; }

    /// <summary>Passes over the data.</summary>
    [Between(1, 1000, "1")]
    public int Epochs { get; init; } = 1;

    /// <summary>Examples (pairs, for pair losses; responses, for KTO) of one optimizer step.</summary>
    [Between(1, 65_536, "32")]
    public int Batch { get; init; } = 32;

    /// <summary>Examples of one forward pass; 0: the whole batch at once.</summary>
    [Between(0, 65_536, "0")]
    public int MicroBatch { get; init; }

    /// <summary>Decoupled weight decay of matrices.</summary>
    [Between(0, 10, "0")]
    public double WeightDecay { get; init; }

    /// <summary>Global gradient norm above which gradients are scaled down.</summary>
    [Between(1e-6, 1e6, "1")]
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Steps between resumable checkpoints.</summary>
    [Between(1, 1_000_000, "20")]
    public int CheckpointSteps { get; init; } = 20;

    /// <summary>Decay of an average of the weights over the steps, which is what the training ends with (OpenRLHF: 0.992); null: the last weights.</summary>
    [Between(0, 0.999999, "0.992")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Ema { get; init; }

    /// <summary>Keeps only what goes into each layer and computes the layer again when its gradient is due (Chen et al. 2016): less memory, for another
    /// forward pass.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Recompute { get; init; }

    /// <summary>Trains a low-rank adapter while the weights rest; null: all weights are trained. Of PPO the policy, not its critic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoraRecipe? Lora { get; init; }
}

/// <summary>Low-rank adaptation: W + s B A in the place of W, and only A and B are trained.</summary>
public sealed record LoraRecipe
{
    /// <summary>Columns of B and rows of A (TRL: 16; PEFT: 8).</summary>
    [Between(1, 4096, "16")]
    public int Rank { get; init; } = 16;

    /// <summary>s is this divided by the rank (TRL: 32; PEFT: 8).</summary>
    [Between(1e-3, 1e5, "32")]
    public double Alpha { get; init; } = 32;

    /// <summary>Divides alpha by the root of the rank instead, so that high ranks do not learn slower (rsLoRA, Kalajdzievski 2023).</summary>
    public bool Rslora { get; init; }

    /// <summary>Gives every output unit a magnitude of its own (DoRA, Liu et al. 2024).</summary>
    public bool Dora { get; init; }

    /// <summary>Projections with a pair, by PEFT's names; null: all of them.</summary>
    [OneOf("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? TargetModules { get; init; }
}

/// <summary>One algorithm of a round: exactly one of the members is set.</summary>
public sealed record OptimizationRecipe
{
    /// <summary>Supervised training on the revisions that score better than their drafts (SL-CAI).</summary>
    public SftRecipe? Sft { get; init; }

    /// <summary>Direct preference optimisation on the settled pairs.</summary>
    public DpoRecipe? Dpo { get; init; }

    /// <summary>The responses of the settled pairs, each on its own.</summary>
    public KtoRecipe? Kto { get; init; }

    /// <summary>The same pairs without a reference, by mean log-probabilities.</summary>
    public SimpoRecipe? Simpo { get; init; }

    /// <summary>The same pairs without a reference, with a likelihood term.</summary>
    public CpoRecipe? Cpo { get; init; }

    /// <summary>The same pairs without a reference, by the odds of the responses.</summary>
    public OrpoRecipe? Orpo { get; init; }

    /// <summary>Reinforcement learning: the policy's own responses against their siblings, by the reward model.</summary>
    public GrpoRecipe? Grpo { get; init; }

    /// <summary>The same with leave-one-out baselines and a penalty in the reward.</summary>
    public RlooRecipe? Rloo { get; init; }

    /// <summary>Reinforcement learning with a critic.</summary>
    public PpoRecipe? Ppo { get; init; }

    /// <summary>The same without a critic and without a group: a response against all of the batch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReinforcePlusPlusRecipe? ReinforcePlusPlus { get; init; }

    /// <summary>Rejection sampling: supervised training on the best of the policy's own responses to a prompt, by the reward model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BestOfNRecipe? BestOfN { get; init; }

    /// <summary>DPO on the best and the worst of the policy's own responses to a prompt, by the reward model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OnlineDpoRecipe? OnlineDpo { get; init; }

    /// <summary>Whether the algorithm samples responses itself.</summary>
    [JsonIgnore]
    public bool IsOnline => Online is not null;

    /// <summary>What all of those share that sample responses; null for others.</summary>
    [JsonIgnore]
    public OnlineRecipe? Online => Ppo ?? Grpo ?? Rloo ?? ReinforcePlusPlus ?? BestOfN ?? (OnlineRecipe?)OnlineDpo;

    /// <summary>The algorithm's name as it stands in messages and metrics.</summary>
    [JsonIgnore]
    public string Algorithm => this switch
    {
        { Sft: not null } => "sft",
        { Kto: not null } => "kto",
        { Simpo: not null } => "simpo",
        { Cpo: not null } => "cpo",
        { Orpo: not null } => "orpo",
        { Grpo: not null } => "grpo",
        { Rloo: not null } => "rloo",
        { Ppo: not null } => "ppo",
        { ReinforcePlusPlus: not null } => "reinforcePlusPlus",
        { BestOfN: not null } => "bestOfN",
        { OnlineDpo: not null } => "onlineDpo",
        _ => "dpo",
    };
}

/// <summary>Supervised fine-tuning, loss on response tokens.</summary>
public sealed record SftRecipe : TrainingRecipe
{
    /// <summary>Puts examples end to end instead of into padded rows; none sees another.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Packing { get; init; }

    /// <summary>Share of a token's probability that is spread over the whole vocabulary (Szegedy et al. 2016: 0.1); null: none.</summary>
    [Between(0, 0.9, "0.1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LabelSmoothing { get; init; }

    /// <summary>Weight of the squared logarithm of the softmax's denominator, which keeps logits from drifting (PaLM: 1e-4); null: none.</summary>
    [Between(0, 1, "0.0001")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ZLoss { get; init; }

    /// <summary>Dynamic fine-tuning: tokens count as likely as the policy finds them already (Wu et al. 2025).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Dft { get; init; }
}

/// <summary>Direct preference optimisation on soft labels.</summary>
public sealed record DpoRecipe : TrainingRecipe
{
    /// <summary>Strength of the tie to the reference (Rafailov et al. 2023: 0.1).</summary>
    [Between(1e-4, 10, "0.1")]
    public double Beta { get; init; } = 0.1;

    /// <summary>Another loss on the same pairs; null: sigmoid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VariantRecipe? Variant { get; init; }
}

/// <summary>Kahneman-Tversky optimisation on single responses, each as desirable as its pairs say.</summary>
public sealed record KtoRecipe : TrainingRecipe
{
    /// <summary>kto, which compares with how far the policy has moved, or apoZero, which does not (TRL: apo_zero_unpaired).</summary>
    [OneOf("kto", "apoZero")]
    public string Loss { get; init; } = "kto";

    /// <summary>Strength of the tie to the reference (Ethayarajh et al. 2024: 0.1).</summary>
    [Between(1e-4, 10, "0.1")]
    public double Beta { get; init; } = 0.1;

    /// <summary>What a desirable response counts (Ethayarajh et al. 2024: 1 where there are as many of each kind, as pairs have).</summary>
    [Between(0.01, 100, "1")]
    public double DesirableWeight { get; init; } = 1;

    /// <summary>What an undesirable response counts.</summary>
    [Between(0.01, 100, "1")]
    public double UndesirableWeight { get; init; } = 1;
}

/// <summary>The reward model: Bradley-Terry on soft labels, scalar head on the last real token.</summary>
public sealed record RewardModelRecipe : TrainingRecipe
{
    /// <summary>Pairs that are trained on in a round, replayed ones included; drawn when there are more.</summary>
    [Between(1, 10_000_000, "400")]
    public int MaxPairs { get; init; } = 400;

    /// <summary>Mix in as many pairs of earlier rounds.</summary>
    public bool Replay { get; init; } = true;

    /// <summary>Weight of the squared mean reward, which keeps rewards around 0 (0.001 to 0.01 is usual).</summary>
    [Between(0, 1, "0.001")]
    public double Centring { get; init; } = 0.001;

    /// <summary>Learns responses on their own, as desirable as their pairs say or as they are labeled, instead of pairs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Classifier { get; init; }

    /// <summary>By how much the better reward should lead where the label is certain, in log-odds; less where it is less certain (Touvron et al. 2023: up to
    /// 1, in a second form up to 3); null: 0.</summary>
    [Between(0, 100, "1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Margin { get; init; }

    /// <summary>How ties are modelled, which are then trained on too; null: they are dropped.</summary>
    [OneOf("davidson", "raoKupper")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ties { get; init; }

    /// <summary>How many are trained, each in another order and with another head (Coste et al. 2023: 5); null: one.</summary>
    [Between(2, 64, "5")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Members { get; init; }

    /// <summary>Trains a head for each principle beside the overall one, on what labelers said under it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PrincipleHeads { get; init; }

    /// <summary>Stores mean and deviation of the rewards of the starting policy's answers to the held-out prompts in the model's config.json.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StoreScale { get; init; }
}
