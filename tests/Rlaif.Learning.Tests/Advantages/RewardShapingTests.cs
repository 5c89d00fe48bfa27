using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class RewardShapingTests
{
    [Fact]
    public void The_score_is_on_the_last_real_token_and_every_token_pays_for_its_kl()
    {
        // β 0.1, kl 1 and 2: -0.1, then -0.2 + 5. A row without tokens has no last one.
        using var scope = NewDisposeScope();
        var (kl, mask) = (tensor([1.0, 2, double.NaN, 1, 1, 1]).reshape(2, 3), tensor([1, 1, 0, 0, 0, 0]).reshape(2, 3));
        Golden.Close([-0.1, 4.8, 0, 0, 0, 0], RewardShaping.Rewards(tensor([5.0, 7.0]), kl, mask, 0.1).Doubles(), 1e-15, "rewards");
    }

    [Fact]
    public void An_unfinished_response_loses_the_penalty_after_the_clip()
    {
        using var scope = NewDisposeScope();
        var scores = RewardShaping.Scores(tensor([9.0, 9.0, -9.0]), tensor([1, 0, 0]), clip: 3, missingEndPenalty: 1);
        Golden.Close([3, 2, -4], scores.Doubles(), 1e-15, "scores");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rewards_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/reward_shaping.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var (mask, coefficient) = (golden.Mask, golden.Number("kl_coef"));
            var kl = KlEstimator.Of(KlKinds.Of(golden.Text("estimator")), golden.Tokens("logprobs"), golden.Tokens("ref_logprobs"), golden.Mask);
            var scores = RewardShaping.Scores(
                golden.Needed("scores"), golden.Needed("has_eos"), golden.Optional("score_clip"), golden.Optional("missing_eos_penalty") ?? 0);
            var rewards = RewardShaping.Rewards(scores, kl, mask, coefficient);
            golden.Close("shaped_scores", scores);
            golden.CloseWithin(golden["kl_reward"], kl * -coefficient, "kl reward");
            golden.Close("rewards", golden.Flag("whiten_rewards") ? MaskedStatistics.Whiten(rewards, mask, keepMean: true) : rewards);
            golden.AllSettingsWereRead();
        }
    }
}
