using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Figures on data that nothing is learnt from.</summary>
public class HeldOutTests
{
    [Theory]
    [InlineData("sft")]
    [InlineData("dpo-tokens")]
    [InlineData("kto")]
    [InlineData("orpo")]
    [InlineData("reward-principles")]
    [InlineData("classifier")]
    public Task They_are_means_over_all_of_it_however_it_is_cut(string algorithm) => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.LabeledPairs);
        Dictionary<string, double> Figures(int batch, int microBatch) => tiny.Train(algorithm, $"cut-{batch}-{microBatch}", batch: batch, microBatch: microBatch, change: job => job with
        {
            LossOf = job.Data, Start = algorithm is "reward-principles" or "classifier" ? tiny.Rewards : job.Start, Reference = algorithm is "kto" or "dpo-tokens" ? tiny.OtherFolder() : null,
        }).ToDictionary(metric => metric.Name, metric => metric.Value);

        // In batches of 2 there are some in which nobody was asked about kindness, and some without a response of one kind.
        var whole = Figures(batch: 64, microBatch: 0);
        foreach (var cut in new[] { Figures(2, 0), Figures(7, 3) })
        {
            Assert.Equal(whole.Keys, cut.Keys);
            Assert.All(whole, figure => Assert.Equal(figure.Value, cut[figure.Key], Math.Max(5e-6, 5e-6 * Math.Abs(figure.Value))));
        }
    });

    [Fact]
    public Task Ties_weigh_as_they_did_in_the_training_whatever_is_held_out() => TinyTraining.Run(tiny =>
    {
        var learnt = Path.Combine(tiny.Folder, "learnt.jsonl");
        TrainingData.Write(learnt, tiny.Pairs.Select((pair, i) => pair with { Tie = i % 4 == 0 }));
        double Loss(string lossOf) => Trainer.RewardModel(
            new() { Start = tiny.Start, Data = tiny.PairsFile, Work = tiny.Work("ties"), LossOf = lossOf }, new RewardModelRecipe { Ties = "davidson", Centring = 0 }, tiny.Out("ties"),
            (_, _) => { }, CancellationToken.None).Single(metric => metric.Name == "reward_model/loss").Value;

        // Equal rewards tie as often as 6 of 22 pairs do, and each side wins half of the rest.
        Assert.Equal(-Math.Log(8 / 22.0), Loss(learnt), 1e-6);
        Assert.Equal(Math.Log(2), Loss(tiny.PairsFile), 1e-6);
    });

    [Fact]
    public Task Heads_are_those_that_the_training_has() => TinyTraining.Run(tiny =>
    {
        var learnt = Path.Combine(tiny.Folder, "learnt.jsonl");
        TrainingData.Write(learnt, tiny.LabeledPairs);
        TrainingData.Write(tiny.PairsFile, tiny.Pairs.Select(pair => pair with { Principles = new Dictionary<string, double>(StringComparer.Ordinal) { ["clear"] = 1 } }));
        var figures = tiny.Train("reward-principles", "held-out", change: job => job with { LossOf = learnt });
        Assert.Equal(
            ["reward_model/accuracy/brief", "reward_model/accuracy/kind"],
            figures.Select(metric => metric.Name).Where(name => name.StartsWith("reward_model/accuracy/", StringComparison.Ordinal)));
        Assert.All(figures.Where(metric => metric.Name.StartsWith("reward_model/accuracy/", StringComparison.Ordinal)), metric => Assert.Equal(0.5, metric.Value, 1e-9));
    });
}
