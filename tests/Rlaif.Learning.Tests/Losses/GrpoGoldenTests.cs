using System.Text.Json;
using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class GrpoGoldenTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_metrics_and_gradients_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/grpo_losses.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var (logProbs, entropy, options, window) = (golden.Leaf("logprobs"), golden.Leaf("entropy"), Options(golden), Window(golden));
            GrpoBatch batch = new(logProbs, golden.Tokens("old_logprobs"), golden.Needed("advantages"), golden.Mask)
            {
                Reference = golden.Tokens("ref_logprobs"), Entropy = entropy, Weights = Weights(golden, options),
            };
            var result = GrpoLoss.Of(batch, options, window);
            result.Loss.backward();
            golden.Close("loss", result.Loss);
            golden.CloseWithin(golden["per_token_loss_unmasked"], result.PerToken, "per token");
            golden.CloseGradient("logprobs", logProbs.grad!);
            golden.CloseGradient("entropy", entropy.grad ?? zeros_like(entropy));
            foreach (var metric in golden["trl_metrics"].EnumerateObject())
            {
                CloseMetric(metric.Value.GetDouble(), Metric(metric.Name, result, options, window).ToDouble(), $"{golden.Name} {metric.Name}");
            }

            golden.AllSettingsWereRead();
        }
    }

    // TRL multiplies the weights of padding too into VESPO's weight of a response, where it has only ones, and the file garbage. Ours does not look
    // there. Moved onto each row's first token the garbage has the same product, so the case still says what it says.
    private static Tensor? Weights(GoldenCase golden, GrpoOptions options)
    {
        var weights = golden.Input("importance_sampling_ratio");
        if (weights is null || weights.shape[1] == 1)
        {
            return weights;
        }

        if (options.Variant == GrpoVariant.Vespo)
        {
            var first = golden.Mask.cumsum(1).eq(1).logical_and(golden.Mask.eq(1));
            var outside = weights.masked_fill(golden.Mask.eq(1), 1).prod(1, keepdim: true);
            weights = torch.where(first, weights * outside, weights);
        }

        return golden.Poison(weights);
    }

    // TRL averages the flags of responses in float32: 1/12 is the float next to it, and is compared as one.
    private static void CloseMetric(double expected, double actual, string what)
    {
        var single = (double)(float)expected;
        Golden.Close([expected], [single.Equals(expected) ? (float)actual : actual], 1e-9, what);
    }

    private static Tensor Metric(string name, GrpoResult result, GrpoOptions options, GrpoWindow window) => name switch
    {
        "kl" => result.KlK3!,
        "entropy" => result.Entropy!,
        "clip_ratio/low_mean" => result.Policy.ClipFractionLow,
        "clip_ratio/high_mean" => result.Policy.ClipFractionHigh,
        "clip_ratio/region_mean" => result.Policy.ClipFraction,
        "clip_ratio/low_min" => result.ClipLowMin,
        "clip_ratio/high_max" => result.ClipHighMax,
        "cispo_clip_ratio" => result.Policy.ClipFractionHigh,
        "vespo/phi_seq_mean" => result.VespoWeight!,
        "entropy_coef" => tensor(options.EntropyWeight),
        // TRL logs it before the division by micro-batches, where the variant has one.
        "policy_loss" => options.Variant is GrpoVariant.Dapo or GrpoVariant.Cispo or GrpoVariant.Vespo
            ? result.PolicyLoss : result.PolicyLoss * (window.Rows / result.PerToken.shape[0]),
        _ => throw new InvalidDataException($"no metric is called {name}"),
    };

    private static GrpoOptions Options(GoldenCase golden)
    {
        var variant = golden.Text("loss_type") switch
        {
            "grpo" => GrpoVariant.Grpo, "bnpo" => GrpoVariant.Bnpo, "dr_grpo" => GrpoVariant.DrGrpo, "dapo" => GrpoVariant.Dapo,
            "cispo" => GrpoVariant.Cispo, "sapo" => GrpoVariant.Sapo, "luspo" => GrpoVariant.Luspo, "vespo" => GrpoVariant.Vespo,
            var other => throw new InvalidDataException($"no variant is called {other}"),
        };
        var level = golden.Text("level") switch
        {
            "token" => RatioLevel.Token, "sequence" => RatioLevel.Sequence, var other => throw new InvalidDataException($"no level is called {other}"),
        };
        // TRL holds the steepness of SAPO's gate in float32, whatever the precision of the model: 1.05 is 1.0499999523.
        return new()
        {
            Variant = variant, Level = level, Clip = new(golden.Number("epsilon_low"), golden.Number("epsilon_high"), golden.Optional("log_ratio_clamp")),
            CispoCap = golden.Number("epsilon_high"), RatioCap = golden.Optional("delta"), Beta = golden.Number("beta"),
            KlByRatio = golden.Flag("bias_correction_kl"), EntropyWeight = golden.Number("entropy_coef"), TopEntropy = golden.Number("top_entropy_quantile"),
            OffPolicyLimit = golden.Optional("off_policy_threshold"), SapoPositive = (float)golden.Number("sapo_pos"), SapoNegative = (float)golden.Number("sapo_neg"),
        };
    }

    private static GrpoWindow Window(GoldenCase golden)
    {
        var steps = golden.Number("gradient_accumulation_steps");
        return new(
            golden.Mask.shape[0] * steps, golden.Number("num_items_in_batch") * steps / golden.Number("steps_per_generation"),
            golden.Number("max_completion_length"));
    }
}
