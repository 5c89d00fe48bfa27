using Rlaif.Learning.Losses;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class RewardLossTests
{
    private static readonly TrainingPair Sure = new([1], [2], [3], 1), Likely = Sure with { Preference = 0.75 }, Tied = Sure with { Preference = 0.48, Tie = true };

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Equal_rewards_tie_as_often_as_the_data_does(double share)
    {
        using var scope = NewDisposeScope();
        var zero = zeros(1, float64);
        Assert.Equal(share, DavidsonLoss.LogProbabilities(zero, zero, tensor(TieShare.LogNu(share))).exp()[0, 1].item<double>(), 1e-12);
        Assert.Equal(share, RaoKupperLoss.LogProbabilities(zero, zero, tensor(TieShare.Eta(share))).exp()[0, 1].item<double>(), 1e-12);
    }

    [Fact]
    public void A_margin_is_as_large_as_the_label_is_certain()
    {
        // d = 1, margin 0.8: 0.8 for p = 1, 0.4 for p = 0.75, none for p = 0.5.
        using var scope = NewDisposeScope();
        TrainingPair[] pairs = [Sure, Likely, Sure with { Preference = 0.5 }];
        var loss = Loss(new() { Margin = 0.8, Centring = 0 }, pairs, 1);
        static double Nll(double x) => Math.Log(1 + Math.Exp(-x));
        Assert.Equal([Nll(0.2), (0.75 * Nll(0.6)) + (0.25 * Nll(-1.4)), (Nll(1) + Nll(-1)) / 2], loss, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData("davidson")]
    [InlineData("raoKupper")]
    public void A_tied_pair_pulls_the_margin_to_zero_and_others_away(string ties)
    {
        TrainingPair[] pairs = [Tied, Sure];
        double Slope(double at, int pair)
        {
            using var scope = NewDisposeScope();
            var chosen = full(2, (float)at).requires_grad_();
            RewardLoss.Of(new() { Ties = ties, Centring = 0 }, pairs).Of(chosen, zeros(2), pairs, PairFigures.Preferences(pairs)).PerPair[pair].backward();
            return chosen.grad![pair].item<float>();
        }

        Assert.Equal(0, Slope(0, 0), 1e-6);
        Assert.InRange(Slope(1, 0), 0.05, 1);
        Assert.InRange(Slope(-1, 0), -1, -0.05);
        Assert.InRange(Slope(1, 1), -1, -0.05);
    }

    [Theory]
    [InlineData("davidson")]
    [InlineData("raoKupper")]
    public void Without_ties_in_the_data_it_is_Bradley_and_Terry(string ties)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Loss(new(), [Sure, Likely], 0.3), Loss(new() { Ties = ties }, [Sure, Likely], 0.3));
        Assert.All(Loss(new() { Ties = ties }, [Tied, Tied], 0.3), loss => Assert.True(double.IsFinite(loss)));
    }

    [Fact]
    public Task Ties_are_written_and_read_and_lines_without_are_as_they_were() => TinyTraining.Run(tiny =>
    {
        var file = Path.Combine(tiny.Folder, "ties.jsonl");
        TrainingData.Write(file, [Tied, Likely]);
        Assert.EndsWith("\"preference\":0.48,\"tie\":true}\n{\"prompt\":[1],\"chosen\":[2],\"rejected\":[3],\"preference\":0.75}\n", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal([true, false], TrainingData.ReadPairs(file, TinyTraining.Config).Select(pair => pair.Tie));
        File.WriteAllText(file, "{\"prompt\":[1],\"chosen\":[2],\"rejected\":[3],\"preference\":0.5,\"tie\":1}");
        Assert.Equal($"{file}, line 1 has a tie that is not true or false.", Assert.Throws<InputException>(() => TrainingData.ReadPairs(file, TinyTraining.Config)).Message);
    });

    private static double[] Loss(RewardModelRecipe recipe, TrainingPair[] pairs, double difference)
    {
        var loss = RewardLoss.Of(recipe, pairs).Of(full(pairs.Length, (float)difference), zeros(pairs.Length), pairs, PairFigures.Preferences(pairs));
        return [.. loss.PerPair.data<float>().Select(x => (double)x)];
    }
}
