using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>DPO on the best and the worst of a prompt's samples.</summary>
internal sealed record OnlineDpoAlgorithm(OnlineDpoRecipe Settings) : GroupAlgorithm("online_dpo", Settings)
{
    public override bool NeedsReference => true;

    public override bool HasRatio => false;

    public override IReadOnlyList<string> Metrics => ["accuracy", "margin"];

    // Of equals the first and the last: two responses, even where all are worth the same.
    public override IReadOnlyList<int> Learnt(IReadOnlyList<float> rewards) =>
        [rewards.Index().MaxBy(one => one.Item).Index, rewards.Index().Reverse().MinBy(one => one.Item).Index];

    /// <summary>p that each is the better of its pair: under Bradley-Terry, or 1 and 0. A tie is one half in both: whoever comes first is not better.</summary>
    public override IReadOnlyList<float[]> Worth(GroupSamples samples)
    {
        var pairs = samples.Rewards.view(-1, 2);
        var differences = pairs - pairs.flip(1);
        return Each((Settings.Label == "soft" ? differences.sigmoid() : (differences.sign() + 1) / 2).reshape(-1));
    }

    public override LossPart Loss(GrpoBatch batch, GroupWindow window)
    {
        var pairs = batch.Mask.shape[0] / 2;
        // A pair that nobody judged is none.
        var judged = batch.Mask.narrow(0, 0, pairs).any(-1);
        PairLogProbs Halves(Tensor tokens)
        {
            var sums = MaskedStatistics.RowSum(tokens, batch.Mask);
            return new(sums.narrow(0, 0, pairs).masked_select(judged), sums.narrow(0, pairs, pairs).masked_select(judged));
        }

        var preference = batch.Advantages.narrow(0, 0, pairs).masked_select(judged);
        var (loss, margins) = DpoLoss.Of(Halves(batch.LogProbs), Halves(batch.Reference!), preference, Settings.Beta);
        return new(loss.sum() * 2 / window.Rows, [.. new[] { PairFigures.Agreements(margins, preference), PairFigures.Sum(margins) }.Select(sum => sum * 2 / window.Rows)]);
    }
}
