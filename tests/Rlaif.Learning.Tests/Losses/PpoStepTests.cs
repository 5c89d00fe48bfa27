using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class PpoStepTests
{
    [Fact]
    public void A_whole_minibatch_equals_the_reference_from_logits_and_scores_to_gradients()
    {
        foreach (var golden in GoldenCase.All("rl/ppo_step.json"))
        {
            using var scope = NewDisposeScope();
            var (ids, temperature) = (golden.Needed("ids").to(ScalarType.Int64), golden.Number("temperature"));
            var mask = arange(ids.shape[1], float64).unsqueeze(0).lt(golden.Needed("lengths").unsqueeze(1));

            var old = TokenDistribution.LogProbs(golden.Needed("old_logits"), ids, temperature);
            var reference = TokenDistribution.LogProbs(golden.Needed("ref_logits"), ids, temperature);
            var kl = KlEstimator.Of(KlKinds.Of(golden.Text("estimator")), old, reference, mask);
            var scores = RewardShaping.Scores(
                golden.Needed("scores"), golden.Needed("has_eos"), missingEndPenalty: golden.Optional("missing_eos_penalty") ?? 0);
            var rewards = RewardShaping.Rewards(scores, kl, mask, golden.Number("kl_coef"));
            var estimated = GeneralisedAdvantage.Of(rewards, golden.Needed("old_values"), mask, golden.Number("gamma"), golden.Number("lam"));
            var whitened = MaskedStatistics.Whiten(estimated.Advantages, mask);
            void Close(string name, Tensor actual) =>
                Golden.Close(
                    MaskedStatistics.Fill(golden[name].Tensor(ScalarType.Float64), mask).Doubles(), MaskedStatistics.Fill(actual, mask).Doubles(),
                    1e-9, $"{golden.Name} {name}");

            Close("old_logprobs", old);
            Close("ref_logprobs", reference);
            Close("kl", kl);
            golden.Close("rewards", rewards);
            golden.Close("advantages", estimated.Advantages);
            golden.Close("returns", estimated.Returns);
            golden.Close("whitened_advantages", whitened);

            var (logits, values) = (golden.Needed("logits").requires_grad_(), golden.Needed("value_predictions").requires_grad_());
            var logProbs = TokenDistribution.LogProbs(logits, ids, temperature);
            var policy = PpoPolicyLoss.Of(logProbs, old, whitened, mask, PpoGolden.Clip(golden), golden.Optional("dual_clip"));
            var value = PpoValueLoss.Of(values, golden.Needed("old_values"), estimated.Returns, mask, golden.Optional("clip_value"));
            PpoGolden.Compare(golden, policy, value, TokenDistribution.Entropy(logits, temperature), mask).backward();
            golden.CloseGradient("logits", logits.grad!);
            golden.CloseGradient("value_predictions", values.grad!);
            golden.AllSettingsWereRead();
        }
    }
}
