using Rlaif.Feedback.Settling;

namespace Rlaif.Feedback.Tests.Settling;

public class SiblingRingTests
{
    [Fact]
    public void Each_response_meets_the_next_and_the_last_meets_the_first()
    {
        Assert.Equal([(0, 1), (1, 2), (2, 3), (3, 0)], SiblingRing.Pairs(4));
        Assert.Equal([(0, 1), (1, 2), (2, 0)], SiblingRing.Pairs(3));
    }

    [Fact]
    public void Two_meet_once_and_one_meets_nobody()
    {
        Assert.Equal([(0, 1)], SiblingRing.Pairs(2));
        Assert.Empty(SiblingRing.Pairs(1));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(1024)]
    public void As_many_pairs_as_responses_and_each_response_is_once_the_first_and_once_the_second(int responses)
    {
        var pairs = SiblingRing.Pairs(responses);
        Assert.Equal(responses, pairs.Count);
        Assert.Equal(responses, pairs.Select(pair => pair.First).Distinct().Count());
        Assert.Equal(responses, pairs.Select(pair => pair.Second).Distinct().Count());
        Assert.All(pairs, pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void A_response_is_worth_the_mean_preference_for_it()
    {
        // Of 0: 0.9 as the first, 1 - 0.3 as the second: 0.8. Of 1: 1 - 0.9 and 0.6: 0.35. Of 2: 1 - 0.6 and 0.3: 0.35.
        var rewards = SiblingRing.Rewards(3, [(0, 1, 0.9), (1, 2, 0.6), (2, 0, 0.3)]);
        Assert.Equal([0.8f, 0.35f, 0.35f], rewards.Select(reward => MathF.Round(reward, 6)));
    }

    [Fact]
    public void A_pair_without_a_preference_does_not_count_and_a_response_without_a_pair_that_counts_has_no_reward()
    {
        // Of 0: 0.9 alone. Of 1: 1 - 0.9 alone. Nobody could tell anything of 2.
        var rewards = SiblingRing.Rewards(3, [(0, 1, 0.9), (1, 2, null), (2, 0, null)]);
        Assert.Equal([0.9f, 0.1f], rewards.Take(2).Select(reward => MathF.Round(reward, 6)));
        Assert.True(float.IsNaN(rewards[2]));
        Assert.True(float.IsNaN(Assert.Single(SiblingRing.Rewards(1, []))));
    }
}
