using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

/// <summary>What the cases of one PPO loss and of a whole PPO step have in common.</summary>
internal static class PpoGolden
{
    public static RatioClip Clip(GoldenCase golden) =>
        new(golden.Number("clip_low"), golden.Number("clip_high"), golden.Optional("log_ratio_clamp"));

    /// <summary>Compares losses and every statistic of the file.</summary>
    /// <returns>The total, to differentiate.</returns>
    public static Tensor Compare(GoldenCase golden, PolicyLoss policy, ValueLoss value, Tensor entropies, Tensor mask)
    {
        var entropy = MaskedStatistics.Mean(entropies, mask);
        var total = policy.Loss + (golden.Number("vf_coef") * value.Loss) - (golden.Number("entropy_coef") * entropy);
        golden.Close("policy_loss", policy.Loss);
        golden.Close("value_loss", value.Loss);
        golden.Close("entropy", entropy);
        golden.Close("total", total);
        foreach (var statistic in golden["statistics"].EnumerateObject())
        {
            Golden.Close(statistic.Value, Of(statistic.Name, policy.Statistics, value), 1e-9, $"{golden.Name} {statistic.Name}");
        }

        return total;
    }

    private static Tensor Of(string statistic, PolicyStatistics policy, ValueLoss value) => statistic switch
    {
        "clip_fraction" => policy.ClipFraction,
        "clip_fraction_low" => policy.ClipFractionLow,
        "clip_fraction_high" => policy.ClipFractionHigh,
        "value_clip_fraction" => value.ClipFraction,
        "approx_kl_k1 (old-new)" => policy.KlK1,
        "approx_kl_k2" => policy.KlK2,
        "approx_kl_k3" => policy.KlK3,
        "mean_ratio" => policy.RatioMean,
        "explained_variance" => value.ExplainedVariance,
        _ => throw new InvalidDataException($"no statistic is called {statistic}"),
    };
}
