using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class GroupAdvantageTests
{
    [Fact]
    public void A_response_that_nobody_could_score_is_left_out_of_its_group()
    {
        // 1 and 3 of three: mean 2, Bessel's deviation √2.
        using var scope = NewDisposeScope();
        var result = GroupAdvantage.Of(tensor([1.0, double.NaN, 3.0]), 3);
        var expected = 1 / (Math.Sqrt(2) + 1e-4);
        Golden.Close([-expected, 0, expected], result.Advantages.Doubles(), 1e-12, "advantages");
        Golden.Close([Math.Sqrt(2), Math.Sqrt(2), Math.Sqrt(2)], result.Deviations.Doubles(), 1e-12, "deviations");
    }

    [Fact]
    public void A_group_that_agrees_teaches_nothing()
    {
        using var scope = NewDisposeScope();
        Golden.Close([0, 0, -0.5, 0.5], GroupAdvantage.Of(tensor([2.0, 2, 0, 1]), 2, RewardScale.None).Advantages.Doubles(), 1e-15, "unscaled");
        Golden.Close([0, 0], GroupAdvantage.Of(tensor([2.0, 2.0]), 2).Advantages.Doubles(), 0, "scaled");
    }

    [Fact]
    public void Siblings_are_the_baseline_of_a_response_and_the_greedy_one_may_be()
    {
        // 1, 2, 6: siblings' means 4, 3.5, 1.5.
        using var scope = NewDisposeScope();
        Golden.Close([-3, -1.5, 4.5], LeaveOneOut.Of(tensor([1.0, 2, 6]), 3).Doubles(), 1e-12, "siblings");
        Golden.Close([-1, 0, 4], GreedyBaseline.Of(tensor([1.0, 2, 6]), tensor([2.0])).Doubles(), 1e-12, "greedy");
    }

    [Fact]
    public void Rewards_are_clipped_before_the_penalty()
    {
        using var scope = NewDisposeScope();
        Golden.Close([0, -3], LeaveOneOut.Penalised(tensor([5.0, -5]), tensor([10.0, 20]), 0.1, least: -1, most: 1).Doubles(), 1e-12, "rewards");
    }

    [Fact]
    public void Advantages_of_groups_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/group_advantages.json", list: "grpo"))
        {
            using var scope = NewDisposeScope();
            var scale = golden.Text("scale_rewards") switch
            {
                "group" => RewardScale.Group, "batch" => RewardScale.Batch, "none" => RewardScale.None,
                var other => throw new InvalidDataException($"no scale is called {other}"),
            };
            var (each, weights) = (golden.Needed("rewards_per_function"), golden.Setting("weights").Tensor(ScalarType.Float64));
            var size = (long)golden.Number("group_size");
            var (expected, epsilon) = (golden["rewards"].Tensor(ScalarType.Float64), golden.Number("epsilon"));
            var rewards = RewardSum.Of(each, weights);
            var result = golden.Text("aggregation") switch
            {
                "sum_then_normalize" => GroupAdvantage.Of(rewards, size, scale, epsilon),
                "normalize_then_sum" when scale == RewardScale.Group => GroupAdvantage.OfEach(each, weights, size, epsilon),
                var other => throw new InvalidDataException($"no aggregation of scale {scale} is called {other}"),
            };
            golden.Close("advantages", result.Advantages);
            golden.Close("std", result.Deviations);
            if (golden.Text("aggregation") == "sum_then_normalize")     // the other's sums are of scaled rewards
            {
                Golden.Close(expected.Doubles(), rewards.Doubles(), 1e-9, golden.Name + " rewards");
            }

            golden.AllSettingsWereRead();
        }
    }

    [Fact]
    public void Advantages_against_siblings_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/group_advantages.json", list: "rloo"))
        {
            using var scope = NewDisposeScope();
            var range = golden.Setting("reward_clip_range");
            var limits = range.ValueKind == System.Text.Json.JsonValueKind.Array ? range.Flatten().Select(x => (double?)x).ToArray() : [null, null];
            var rewards = LeaveOneOut.Penalised(golden.Needed("rewards"), golden.Needed("kl_k1_sequence_sum"), golden.Number("beta"), limits[0], limits[1]);
            golden.Close("advantages", LeaveOneOut.Of(rewards, (long)golden.Number("group_size"), golden.Flag("normalize_advantages")));
            golden.AllSettingsWereRead();
        }
    }

    [Fact]
    public void Advantages_without_a_critic_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/group_advantages.json", list: "other"))
        {
            using var scope = NewDisposeScope();
            var (rewards, mask) = (golden.Needed("rewards"), golden.Mask);
            golden.Close("advantages", golden.Name switch
            {
                "reinforce_plus_plus" => ReinforcePlusPlus(golden, rewards, golden.Number("gamma")),
                "reinforce_plus_plus_baseline" => ReinforcePlusPlus(
                    golden, GroupAdvantage.Of(rewards, (long)golden.Number("group_size"), RewardScale.None).Advantages, 1),
                "remax" => MaskedStatistics.Fill(GreedyBaseline.Of(rewards, golden.Needed("greedy_rewards")).unsqueeze(-1).expand_as(mask), mask),
                _ => throw new InvalidDataException($"no advantage is called {golden.Name}"),
            });
            golden.AllSettingsWereRead();
        }
    }

    private static Tensor ReinforcePlusPlus(GoldenCase golden, Tensor scores, double gamma)
    {
        var rewards = RewardShaping.Rewards(scores, golden.Tokens("kl_k1"), golden.Mask, golden.Number("kl_coef"));
        var follow = GeneralisedAdvantage.RewardsToGo(rewards, golden.Mask, gamma);
        if (golden.Has("token_rewards"))
        {
            golden.Close("token_rewards", rewards);
            golden.Close("rewards_to_go", follow);
        }

        return BatchAdvantage.Of(scores, golden.Tokens("kl_k1"), golden.Mask, golden.Number("kl_coef"), gamma);
    }
}
