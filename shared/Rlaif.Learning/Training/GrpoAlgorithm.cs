using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>Group-relative policy optimisation and its kin.</summary>
internal sealed record GrpoAlgorithm(GrpoRecipe Settings) : GroupAlgorithm("grpo", Settings)
{
    public GrpoOptions Options { get; init; } = new()
    {
        Variant = Enum.Parse<GrpoVariant>(Settings.Loss, ignoreCase: true),
        Level = Enum.Parse<RatioLevel>(Settings.Ratio, ignoreCase: true),
        Clip = new(Settings.ClipLow, Settings.ClipHigh),
        CispoCap = Settings.CispoCap,
        Beta = Settings.Beta,
    };

    public override bool NeedsReference => Settings.Beta > 0;

    public override bool MasksTruncated => Settings.MaskTruncated;

    public override bool NeedsSources => Settings.Scale == "each";

    public override IReadOnlyList<float[]> Worth(GroupSamples samples) => Each(
        (NeedsSources ? GroupAdvantage.OfEach(samples.Sources!.Scores, samples.Sources.Weights, Settings.Samples)
            : GroupAdvantage.Of(samples.Rewards, Settings.Samples, Enum.Parse<RewardScale>(Settings.Scale, ignoreCase: true))).Advantages);

    public override LossPart Loss(GrpoBatch batch, GroupWindow window)
    {
        var result = GrpoLoss.Of(batch, Options, new(window.Rows, window.Tokens, window.MaxLength));
        var share = Options.Level == RatioLevel.Sequence ? Responses(batch) / window.Responses : Tokens(batch) / window.Tokens;
        return new(result.Loss, [result.Policy.ClipFraction.item<float>() * share]);
    }
}
