using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Rejection sampling (RAFT): supervised training on the best of a prompt's samples.</summary>
internal sealed record BestOfNAlgorithm(BestOfNRecipe Settings) : GroupAlgorithm("best_of_n", Settings)
{
    public override bool NeedsReference => false;

    public override bool HasRatio => false;

    public override IReadOnlyList<string> Metrics => [];

    // The first of equals.
    public override IReadOnlyList<int> Learnt(IReadOnlyList<float> rewards) => [rewards.Index().MaxBy(one => one.Item).Index];

    public override IReadOnlyList<float[]> Worth(GroupSamples samples) => Each(ones_like(samples.Rewards));

    public override LossPart Loss(GrpoBatch batch, GroupWindow window) => new(-TokenMean.Of(batch.LogProbs, batch.Mask, window.Tokens), []);
}
