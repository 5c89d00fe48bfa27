using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class PrincipleHeadsTests
{
    [Fact]
    public void The_loss_by_hand()
    {
        // Differences 1 and -2; both labeled, the first only, none. At p = 1 and p = 0.25: softplus(-1) = 0.3133, 0.25 · softplus(2) + 0.75 · softplus(-2) = 0.6269.
        using var scope = NewDisposeScope();
        var chosen = tensor(new[] { 1.0, 0, 1, 0, 1, 0 }, 3, 2);
        var rejected = tensor(new[] { 0.0, 2, 0, 2, 0, 2 }, 3, 2);
        var preference = tensor(new[] { 1, 0.25, 1, 0.5, 0.5, 0.5 }, 3, 2);
        var loss = PrincipleLoss.Of(chosen, rejected, preference, tensor(new[] { 1.0, 1, 1, 0, 0, 0 }, 3, 2));
        static double Softplus(double x) => Math.Log(1 + Math.Exp(x));
        var second = (0.25 * Softplus(2)) + (0.75 * Softplus(-2));
        Assert.Equal([(Softplus(-1) + second) / 2, Softplus(-1), 0], loss.PerPair.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([1, -2, 1, -2, 1, -2], loss.Margins.data<double>().ToArray());
    }

    [Fact]
    public Task Each_head_learns_its_principle_and_lies_beside_a_model_that_any_reader_reads() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.LabeledPairs);
        var metrics = tiny.Train("reward-principles", "heads", epochs: 30);
        double Last(string name) => metrics.Where(m => m.Name == name).TakeLast(3).Average(m => m.Value);
        Assert.InRange(Last("reward_model/accuracy/brief"), 0.8, 1);
        Assert.InRange(Last("reward_model/accuracy/kind"), 0.8, 1);
        Assert.Equal(0.5, metrics.First(m => m.Name == "reward_model/accuracy/kind").Value);
        using var model = ModelFolder.ReadRewardModel(tiny.Out("heads"), trainable: false);
        TrainingExample[] chosen = [.. tiny.Pairs.Select(p => new TrainingExample(p.Prompt, p.Chosen))], rejected = [.. tiny.Pairs.Select(p => new TrainingExample(p.Prompt, p.Rejected))];
        var (better, worse) = (RewardScores.Of(tiny.Out("heads"), chosen).Principles, RewardScores.Of(tiny.Out("heads"), rejected).Principles);
        Assert.Equal(["brief", "kind"], better.Keys.Order(StringComparer.Ordinal));
        Assert.NotEqual(better["brief"], RewardScores.Of(model, chosen));
        var labeled = tiny.LabeledPairs.Index().Where(one => one.Item.Principles.ContainsKey("kind")).ToList();
        Assert.InRange(labeled.Average(one => better["kind"][one.Index] > worse["kind"][one.Index] ? 1.0 : 0), 0.8, 1);
        Assert.Equal(RewardScores.Of(model, chosen), Assert.Single(RewardScores.Of(tiny.Out("heads"), chosen).Rewards));
        Assert.Empty(RewardScores.Of(tiny.Rewards, chosen).Principles);
    });

    [Fact]
    public Task Killed_after_any_step_the_heads_have_the_same_bytes_too_and_go_on_in_the_next_round() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.LabeledPairs);
        var metrics = tiny.Train("reward-principles", "straight");
        for (var kill = 1; kill <= 6; kill++)
        {
            var name = $"killed-{kill}";
            Assert.Throws<OperationCanceledException>(() => tiny.Train("reward-principles", name, (step, _) =>
            {
                if (step == kill)
                {
                    throw new OperationCanceledException("killed");
                }
            }));
            Assert.Equal(metrics, tiny.Train("reward-principles", name));
            Assert.Equal(tiny.Sha256("straight"), tiny.Sha256(name));
            Assert.Equal(Heads(tiny, "straight"), Heads(tiny, name));
        }

        tiny.Train("reward-principles", "next", change: job => job with { Start = tiny.Out("straight") }, learningRate: 1e-9);
        Assert.Equal(RewardScores.Of(tiny.Out("straight"), tiny.Examples).Principles["kind"][0], RewardScores.Of(tiny.Out("next"), tiny.Examples).Principles["kind"][0], 1e-5f);
        // Who does not ask for heads has none, wherever it starts.
        tiny.Train("reward-model", "without", change: job => job with { Start = tiny.Out("straight") });
        Assert.False(File.Exists(PrincipleHeads.FileOf(tiny.Out("without"))));
    });

    [Fact]
    public Task Labels_are_written_and_read_and_what_is_no_probability_is_one_sentence() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.LabeledPairs);
        Assert.Equal(tiny.LabeledPairs.Select(p => p.Principles), TrainingData.ReadPairs(tiny.PairsFile, TinyTraining.Config).Select(p => p.Principles));
        foreach (var wrong in new[] { "[0.5]", "{\"kind\":2}", "{\"kind\":\"yes\"}" })
        {
            File.WriteAllText(tiny.PairsFile, $"{{\"prompt\":[1],\"chosen\":[2],\"rejected\":[3],\"preference\":0.5,\"principles\":{wrong}}}");
            Assert.Equal(
                $"{tiny.PairsFile}, line 1 has principles that are not a group of probabilities from 0 to 1.",
                Assert.Throws<InputException>(() => TrainingData.ReadPairs(tiny.PairsFile, TinyTraining.Config)).Message);
        }
    });

    [Fact]
    public Task Heads_of_no_principle_are_one_sentence() => TinyTraining.Run(tiny =>
    {
        Assert.StartsWith(
            $"{tiny.PairsFile} has no label under any principle, and principleHeads trains a head for each;",
            Assert.Throws<InputException>(() => tiny.Train("reward-principles", "none")).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(tiny.Out("none")));
    });

    private static byte[] Heads(TinyTraining tiny, string name) => File.ReadAllBytes(PrincipleHeads.FileOf(tiny.Out(name)));
}
