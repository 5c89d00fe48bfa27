using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>What a micro-batch of responses brings to <see cref="GrpoLoss"/>.</summary>
/// <param name="LogProbs">log π, [batch, time], nats per token.</param>
/// <param name="Old">log π_old of the policy that sampled, no gradient. On the first pass over rollouts: LogProbs, detached.</param>
/// <param name="Advantages">A, [batch].</param>
/// <param name="Mask">1 on response tokens, [batch, time].</param>
public sealed record GrpoBatch(Tensor LogProbs, Tensor Old, Tensor Advantages, Tensor Mask)
{
    /// <summary>log π_ref, [batch, time]; needed when β is not 0.</summary>
    public Tensor? Reference { get; init; }

    /// <summary>Entropy of each token's distribution, [batch, time], nats; needed for the bonus (with gradient) and for the selection by entropy.</summary>
    public Tensor? Entropy { get; init; }

    /// <summary>Correction for a sampler that is not π_old, [batch, time] or [batch, 1], from <see cref="Advantages.ImportanceWeight"/>; null: none.</summary>
    public Tensor? Weights { get; init; }
}

/// <summary>All micro-batches of one optimizer step. Their losses add up: no division by their number follows.</summary>
/// <param name="Rows">Responses, fully masked ones too: they count as 0 in means over responses.</param>
/// <param name="Tokens">Response tokens; TRL takes those of its generation batch, scaled to one step.</param>
/// <param name="MaxLength">Tokens that a response may have; only DrGrpo looks at it.</param>
public sealed record GrpoWindow(double Rows, double Tokens, double MaxLength)
{
    /// <summary>A micro-batch that is the whole step.</summary>
    public static GrpoWindow Of(Tensor mask, double maxLength)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return new(mask.shape[0], Math.Max(1, mask.to(ScalarType.Bool).sum().ToInt64()), maxLength);
    }
}

/// <summary>A loss of the GRPO family and what belongs beside it, without gradient.</summary>
/// <param name="Loss">This micro-batch's part of the step's loss, a scalar; entropy bonus and KL penalty included.</param>
/// <param name="PolicyLoss">The same without the entropy bonus.</param>
/// <param name="PerToken">The policy term and the penalty of each token before averaging, [batch, time], 0 outside the mask.</param>
/// <param name="Policy">Distance to π_old. Sapo and Vespo clip nothing; Cispo caps and has no lower bound.</param>
/// <param name="ClipLowMin">Smallest share of a response that is clipped below.</param>
/// <param name="ClipHighMax">Largest share of a response that is clipped above.</param>
/// <param name="KlK3">The penalty before β, nats per token; null when β is 0.</param>
/// <param name="Entropy">Mean over tokens, nats; null when the batch has none.</param>
/// <param name="VespoWeight">Mean φ of responses; null but for Vespo.</param>
public sealed record GrpoResult(
    Tensor Loss, Tensor PolicyLoss, Tensor PerToken, PolicyStatistics Policy,
    Tensor ClipLowMin, Tensor ClipHighMax, Tensor? KlK3, Tensor? Entropy, Tensor? VespoWeight);
