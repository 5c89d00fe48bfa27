using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Group-relative policy optimisation and its kin: a policy term for each token, a k3 penalty, an entropy bonus, and a mean.</summary>
/// <remarks>L = mean_t [policy(r_t, A) w_t + β k3_t] - c mean_t H_t. <see cref="GrpoVariant"/> names the papers. Selections and weights touch the policy
/// term alone, and no selection changes a divisor.</remarks>
public static class GrpoLoss
{
    /// <param name="batch">Log-probabilities, advantages and masks of a micro-batch.</param>
    /// <param name="options">Variant and hyperparameters; null: TRL's defaults.</param>
    /// <param name="window">The optimizer step; null: this micro-batch alone, whose longest response is as long as its tensors.</param>
    public static GrpoResult Of(GrpoBatch batch, GrpoOptions? options = null, GrpoWindow? window = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        options ??= new();
        window ??= GrpoWindow.Of(batch.Mask, batch.Mask.shape[1]);
        var terms = new GrpoTerms(batch, options);
        var policy = terms.Policy();
        if (options.OffPolicyLimit is { } limit)
        {
            policy = policy * TokenSelection.OnPolicy(batch, limit).to(policy.dtype);
        }

        if (options.TopEntropy < 1)
        {
            policy = policy * TokenSelection.HighEntropy(Needed(batch.Entropy, "a selection by entropy"), batch.Mask, options.TopEntropy).to(policy.dtype);
        }

        // Vespo has the correction in its weight.
        if (batch.Weights is { } weights && options.Variant != GrpoVariant.Vespo)
        {
            policy = policy * (weights.shape[1] == 1 ? weights : MaskedStatistics.Fill(weights, batch.Mask));
        }

        var kl = options.Beta == 0 ? null : terms.Kl(Needed(batch.Reference, "a KL penalty"));
        var losses = MaskedStatistics.Fill(kl is null ? policy : policy + (options.Beta * kl), batch.Mask);
        var loss = GrpoMean.Of(losses, batch.Mask, options.Variant, window);
        return terms.Result(loss, Bonus(batch, options, window), losses.detach(), kl?.detach());
    }

    // A mean over micro-batches, whatever the variant, as in TRL.
    private static Tensor? Bonus(GrpoBatch batch, GrpoOptions options, GrpoWindow window) => options.EntropyWeight == 0
        ? null
        : options.EntropyWeight * MaskedStatistics.Mean(Needed(batch.Entropy, "an entropy bonus"), batch.Mask) * (batch.Mask.shape[0] / window.Rows);

    private static Tensor Needed(Tensor? tensor, string by) => tensor ?? throw new ArgumentException($"The batch lacks a tensor that {by} needs.", nameof(tensor));
}
