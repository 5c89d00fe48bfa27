using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>REINFORCE++: PPO's clip without a critic, advantages of tokens that are normalised over the whole batch of rollouts.</summary>
internal sealed record ReinforceAlgorithm(ReinforcePlusPlusRecipe Settings) : GroupAlgorithm("reinforce_plus_plus", Settings)
{
    public override bool NeedsReference => Settings.Beta > 0;

    public override bool NeedsKl => NeedsReference;

    public override bool NeedsGreedy => Settings.Baseline == "greedy";

    public override bool WeighsTokens => true;

    public override IReadOnlyList<float[]> Worth(GroupSamples samples)
    {
        var rewards = Settings.Baseline switch
        {
            "group" => GroupAdvantage.Of(samples.Rewards, Settings.Samples, RewardScale.None).Advantages,
            "greedy" => GreedyBaseline.Of(samples.Rewards, samples.Greedy!),
            _ => samples.Rewards,
        };
        var places = ResponseTokens.OfLengths(samples.Lengths);
        Tensor Rows(IEnumerable<float[]> values) => places.Rows(tensor(values.SelectMany(of => of).ToArray()));
        var kl = NeedsReference ? KlEstimator.Of(KlKind.K1, Rows(samples.Old!), Rows(samples.Reference!), places.Mask) : zeros(places.Mask.shape);
        return places.Each(BatchAdvantage.Of(rewards, kl, places.Mask, Settings.Beta, Settings.Gamma));
    }

    public override LossPart Loss(GrpoBatch batch, GroupWindow window)
    {
        var (loss, statistics) = PpoPolicyLoss.Of(batch.LogProbs, batch.Old, Weighed(batch), batch.Mask, Clip, windowTokens: window.Tokens);
        return new(loss, [statistics.ClipFraction.item<float>() * (Tokens(batch) / window.Tokens)]);
    }
}
