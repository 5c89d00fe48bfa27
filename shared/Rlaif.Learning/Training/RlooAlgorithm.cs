using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>REINFORCE with leave-one-out baselines.</summary>
internal sealed record RlooAlgorithm(RlooRecipe Settings) : GroupAlgorithm("rloo", Settings)
{
    public override bool NeedsReference => Settings.Beta > 0;

    public override bool NeedsKl => NeedsReference;

    public override IReadOnlyList<float[]> Worth(GroupSamples samples) => Each(LeaveOneOut.Of(
        samples.Kl is { } kl ? LeaveOneOut.Penalised(samples.Rewards, kl, Settings.Beta) : samples.Rewards, Settings.Samples, Settings.Normalise));

    public override LossPart Loss(GrpoBatch batch, GroupWindow window)
    {
        var (loss, statistics) = RlooLoss.Of(batch.LogProbs, batch.Old, Weighed(batch), batch.Mask, Clip, window.Rows);
        return new(loss, [statistics.ClipFraction.item<float>() * (Responses(batch) / window.Responses)]);
    }
}
