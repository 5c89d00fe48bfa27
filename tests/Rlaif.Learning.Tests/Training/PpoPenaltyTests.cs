using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class PpoPenaltyTests
{
    /// <summary>Of a response of one token the return is r - β k(d), d = log π - log π_ref, and the value loss ½ (V - R)².</summary>
    [Theory]
    [InlineData("k1")]
    [InlineData("k2")]
    [InlineData("k3")]
    public Task The_reward_loses_the_estimate_that_is_named(string estimator) => TinyTraining.Run(tiny =>
    {
        const float Reward = 10;
        using var scope = NewDisposeScope();
        using var still = no_grad();
        ResponseGroup group = new([5, 6], [[7]]);
        using var policy = tiny.Policy(null);
        using var reference = TinyTraining.OtherPolicy();
        float LogProb(LanguageModel model) => ResponseTokens.LogProbs(model, GroupBatch.ForLogProbs([group]), temperature: 1).item<float>();
        var d = LogProb(policy) - (double)LogProb(reference);
        double BelowReturn(double beta)
        {
            using var objective = new PpoObjective(
                tiny.Policy(null), TinyTraining.OtherPolicy(), tiny.RewardModelWithHead(), [2], new GivenRollouts(new Rollout(group, [true], [Reward])), new([[0]], [(0, [0])]),
                new() { Beta = beta, KlEstimator = estimator, ValueClip = 1000 });
            objective.Begin(0, [0], CancellationToken.None);
            return Math.Sqrt(2 * objective.Part([0], objective.Window([0])).Metrics[1]);
        }

        var expected = estimator switch { "k1" => d, "k2" => d * d / 2, _ => Math.Exp(-d) - 1 + d };
        Assert.True(Math.Abs(d) > 0.05, $"the two policies are {d} apart");
        Assert.Equal(100 * expected, BelowReturn(0) - BelowReturn(100), 2e-3);
    });

    /// <summary>Its log-probabilities are those of the scores, to the bit: nothing is computed twice.</summary>
    [Fact]
    public Task The_first_step_on_a_whole_batch_begins_at_a_ratio_of_exactly_1() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var recipe = TinyTraining.Ppo with { Minibatches = 1, RolloutEpochs = 2, EntropyWeight = 0, Guards = new() { MaxRatio = 10 } };
        using var objective = tiny.Classic(recipe, steps: 2);
        int[] all = [.. Enumerable.Range(0, tiny.Examples.Count).Reverse()];
        objective.Begin(0, all, CancellationToken.None);
        var part = objective.Part(all, objective.Window(all));
        Assert.Equal((1, 0, 0), (part.RatioMax, part.Metrics[3], part.Metrics[4]));
    });
}
