using Rlaif.Learning.Native;
using Rlaif.Learning.Rewards;

namespace Rlaif.Learning.Tests.Rewards;

public class RewardMixTests
{
    [Theory]
    [InlineData(5, 0)]
    [InlineData(8, 0)]
    [InlineData(3, -2)]
    [InlineData(12, -4)]
    public void A_token_outside_of_the_band_costs_one(int tokens, float reward) => Assert.Equal(reward, new LengthReward(shortest: 5, longest: 8).Of(tokens));

    // Siblings side by side, two to a prompt: (1, none), (none, none), (5, 6). Mean of all is 4.
    [Fact]
    public void What_has_no_score_counts_as_its_siblings_do_and_else_as_all_do() =>
        Assert.Equal([1, 1, 4, 4, 5, 6], Unscored.Filled([1, float.NaN, float.NaN, float.NaN, 5, 6], samples: 2));

    [Fact]
    public void Nothing_stays_nothing_where_nobody_has_a_score() => Assert.All(Unscored.Filled([float.NaN, float.NaN], samples: 2), score => Assert.True(float.IsNaN(score)));

    [Fact]
    public Task Sources_add_up_by_their_weights()
    {
        var cancel = TestContext.Current.CancellationToken;
        return TorchThread.Run(
            () =>
            {
                using var mix = new RewardMix([new("rules", 2, new Fixed(0.25f, float.NaN)), new("length", 0.5, new LengthReward(0, 3)), new("answer", 1, new Fixed(float.NaN, float.NaN))]);
                SampledAnswer[] answers = [new(0, [5], [7, 7, 7], true), new(0, [5], [7, 7, 7, 7, 7], true)];
                var (sums, parts) = mix.Of(answers, samples: 2, cancel);
                // 2 · 0.25 + 0.5 · 0, and 2 · 0.25 (its sibling's) + 0.5 · -2; nobody knows an answer, so it adds nothing.
                Assert.Equal([0.5f, -0.5f], sums);
                Assert.Equal([0.25f, float.NaN], parts[0].Scores);
                Assert.Equal([("rules", 2), ("length", 0.5), ("answer", 1)], parts.Select(part => (part.Name, part.Weight)));
            },
            cancel);
    }

    private sealed class Fixed(params float[] scores) : IResponseReward
    {
        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) => scores;
    }
}
