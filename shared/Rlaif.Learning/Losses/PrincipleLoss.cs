using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Bradley-Terry under each of several principles, of which a pair has labels for some.</summary>
/// <remarks>L = mean over the K labels of a pair of -p_k log σ(d_k) - (1-p_k) log σ(-d_k), with d_k = r_k(chosen) - r_k(rejected); 0 for a pair without any. A pair
/// counts the same however many principles were asked.</remarks>
public static class PrincipleLoss
{
    /// <param name="chosen">Rewards, [pairs, principles].</param>
    /// <param name="rejected">Rewards, [pairs, principles].</param>
    /// <param name="preference">p that chosen is better under each, [pairs, principles]; anything where there is no label.</param>
    /// <param name="labeled">1 where there is one, else 0, [pairs, principles].</param>
    /// <returns>The loss of each pair, [pairs]; margins d, [pairs, principles].</returns>
    public static PairLoss Of(Tensor chosen, Tensor rejected, Tensor preference, Tensor labeled)
    {
        ArgumentNullException.ThrowIfNull(labeled);
        var difference = chosen - rejected;
        var each = SoftPreference.NegativeLogLikelihood(difference, difference, preference) * labeled;
        return new(each.sum(1) / labeled.sum(1).clamp_min(1), difference.detach());
    }
}
