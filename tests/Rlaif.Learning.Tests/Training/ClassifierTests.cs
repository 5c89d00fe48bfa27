using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class ClassifierTests
{
    [Fact]
    public void By_hand()
    {
        // r = ln 3: σ = 3/4. Labels 1, 0 and 1/2: ln 4/3, ln 4, and their mean.
        using var scope = NewDisposeScope();
        var loss = ClassifierLoss.Of(full(3, Math.Log(3), float64), tensor(new[] { 1, 0, 0.5 })).data<double>().ToArray();
        Assert.Equal([Math.Log(4 / 3.0), Math.Log(4), (Math.Log(4 / 3.0) + Math.Log(4)) / 2], loss, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public Task It_learns_labeled_responses_and_knows_their_odds() => TinyTraining.Run(tiny =>
    {
        JudgedExample[] labeled = [.. tiny.Examples.Select((e, i) => new JudgedExample(e.Prompt, e.Response, i % 3 == 0 ? 0.9 : 0.1))];
        TrainingData.Write(tiny.PairsFile, labeled);
        var metrics = tiny.Train("classifier", "labeled", epochs: 40);
        Assert.Equal(Math.Log(2), metrics.First(m => m.Name == "classifier/loss").Value, 1e-6);
        Assert.Equal(1, metrics.Where(m => m.Name == "classifier/accuracy").TakeLast(3).Average(m => m.Value), 0.1);
        using var model = ModelFolder.ReadRewardModel(tiny.Out("labeled"), trainable: false);
        var rewards = RewardScores.Of(model, tiny.Examples);
        // The labels' log-odds are ± ln 9 = 2.2: it becomes that sure and no surer.
        Assert.All(labeled.Zip(rewards), one => Assert.InRange(one.Second * Math.Sign(one.First.Desirable - 0.5), 0.2, 3.5));
    });
}
