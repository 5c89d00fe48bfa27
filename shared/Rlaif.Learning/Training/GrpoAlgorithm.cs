using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

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

    public override bool ClipsResponses => Options.Level == RatioLevel.Sequence;

    public override bool MasksTruncated => Settings.MaskTruncated;

    public override Tensor Advantages(Tensor rewards, Tensor? kl) =>
        GroupAdvantage.Of(rewards, Settings.Samples, Enum.Parse<RewardScale>(Settings.Scale, ignoreCase: true)).Advantages;

    public override PolicyLoss Loss(GrpoBatch batch, GrpoWindow window)
    {
        var result = GrpoLoss.Of(batch, Options, window);
        return new(result.Loss, result.Policy);
    }
}
