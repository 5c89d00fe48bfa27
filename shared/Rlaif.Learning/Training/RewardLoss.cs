using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>The loss of a reward model as its recipe has it.</summary>
/// <param name="recipe">Margin, ties, centring.</param>
/// <param name="tied">Share of the data's pairs that are tied.</param>
internal sealed class RewardLoss(RewardModelRecipe recipe, double tied)
{
    // A data set of ties alone has no wins to weigh them with.
    private const double MostTied = 0.99;

    public static RewardLoss Of(RewardModelRecipe recipe, IReadOnlyList<TrainingPair> pairs) => new(recipe, Math.Min(MostTied, pairs.Average(pair => pair.Tie ? 1.0 : 0)));

    /// <param name="chosen">Rewards, [pairs].</param>
    /// <param name="rejected">Rewards, [pairs].</param>
    /// <param name="pairs">Whose rewards they are.</param>
    /// <param name="preference">p that chosen is better, [pairs]; one half for tied pairs.</param>
    public PairLoss Of(Tensor chosen, Tensor rejected, IReadOnlyList<TrainingPair> pairs, Tensor preference)
    {
        if (recipe.Ties is null || tied == 0)
        {
            return BradleyTerryLoss.Of(chosen, rejected, preference, Margin(preference), recipe.Centring);
        }

        var labels = Labels(pairs, preference);
        var loss = recipe.Ties == "davidson" ? DavidsonLoss.Of(chosen, rejected, labels, tensor((float)TieShare.LogNu(tied)))
            : RaoKupperLoss.Of(chosen, rejected, labels, tensor((float)TieShare.Eta(tied)));
        return loss with { PerPair = loss.PerPair + (recipe.Centring * (chosen + rejected).square()) };
    }

    // Llama 2 gives clearer preferences a larger margin: here as clear as the label is, none for a tie and all of it for certainty.
    private Tensor? Margin(Tensor preference) => recipe.Margin is { } most ? most * ((2 * preference) - 1).abs() : null;

    /// <summary>Probabilities of (chosen better, tie, rejected better), [pairs, 3].</summary>
    private static Tensor Labels(IReadOnlyList<TrainingPair> pairs, Tensor preference)
    {
        var tie = tensor([.. pairs.Select(pair => pair.Tie ? 1f : 0)]);
        return stack([(1 - tie) * preference, tie, (1 - tie) * (1 - preference)], 1);
    }
}
