using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>What a token costs, and over what the costs are averaged.</summary>
public enum GrpoVariant
{
    /// <summary>PPO's clip; mean over the tokens of a response, then over responses, so that tokens of long ones weigh less. Shao et al. 2024.</summary>
    Grpo,

    /// <summary>PPO's clip; mean over the tokens of the micro-batch.</summary>
    Bnpo,

    /// <summary>PPO's clip; sum over tokens, divided by the longest length that is allowed: no bias by length. Liu et al. 2025.</summary>
    DrGrpo,

    /// <summary>PPO's clip; mean over the tokens of the whole window. Yu et al. 2025.</summary>
    Dapo,

    /// <summary>A capped ratio without gradient times A log π: clipped tokens still learn. Mean as Dapo. MiniMax 2025.</summary>
    Cispo,

    /// <summary>A sigmoid gate of the ratio instead of a clip. Mean as Grpo. Gao et al. 2025.</summary>
    Sapo,

    /// <summary>PPO's clip; sum over the tokens of a response, mean over responses: with the ratio of sequences, the loss times the length.</summary>
    Luspo,

    /// <summary>A gamma-shaped weight of the response's ratio without gradient times A log π. Mean as Dapo.</summary>
    Vespo,
}

/// <summary>What has a ratio π / π_old.</summary>
public enum RatioLevel
{
    /// <summary>Each token.</summary>
    Token,

    /// <summary>Each response, the geometric mean of its tokens' ratios: GSPO, Zheng et al. 2025.</summary>
    Sequence,
}

/// <summary>Settings of <see cref="GrpoLoss"/>; defaults are TRL's unless said otherwise.</summary>
public sealed record GrpoOptions
{
    /// <summary>What a token costs.</summary>
    public GrpoVariant Variant { get; init; } = GrpoVariant.Dapo;

    /// <summary>What has a ratio. Vespo has its own, of the response.</summary>
    public RatioLevel Level { get; init; }

    /// <summary>Bounds of the ratio, and of its logarithm (ours, 20; TRL has none). GSPO takes about 3e-4 and 4e-4.</summary>
    public RatioClip Clip { get; init; } = new();

    /// <summary>Cispo: the largest ratio itself, not what is added to 1; there is no smallest. 5 in ScaleRL; TRL
    /// has its ε here, 0.2 unless set, which caps every token.</summary>
    public double CispoCap { get; init; } = 5;

    /// <summary>Largest ratio before it meets the advantage, where the clip does not bound it (A below 0); null: none.</summary>
    public double? RatioCap { get; init; }

    /// <summary>β of the k3 penalty, 0 or more. 0: the reference is not needed.</summary>
    public double Beta { get; init; }

    /// <summary>Multiplies k3 by the ratio, with its gradient: the same value at ratio 1, another gradient, that of KL(π‖π_ref). On in TRL.</summary>
    public bool KlByRatio { get; init; } = true;

    /// <summary>Weight of the entropy bonus, 0 or more.</summary>
    public double EntropyWeight { get; init; }

    /// <summary>Share of tokens, those of highest entropy, that the policy term learns from; 1: all. 0.2 in Wang et al. 2025.</summary>
    public double TopEntropy { get; init; } = 1;

    /// <summary>A response with A below 0 is left out when its mean log π_old - log π is above this, nats per token; null: none. DeepSeek-V3.2.</summary>
    public double? OffPolicyLimit { get; init; }

    /// <summary>Sapo: steepness of the gate where A is above 0.</summary>
    public double SapoPositive { get; init; } = 1;

    /// <summary>Sapo: steepness elsewhere; larger, since falling probabilities are less stable.</summary>
    public double SapoNegative { get; init; } = 1.05;

    /// <summary>Vespo: the weight where A is 0 or more.</summary>
    public GammaShape VespoPositive { get; init; } = new(2, 3);

    /// <summary>Vespo: the weight where A is below 0.</summary>
    public GammaShape VespoNegative { get; init; } = new(3, 2);
}

/// <summary>φ(w) = w^k e^(λ(1-w)): 1 at w = 1, largest at w = k / λ.</summary>
public sealed record GammaShape(double K, double Lambda);
