using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Training;
using Rlaif.Learning.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Optimization;

public class WeightAverageTests
{
    [Fact]
    public void By_hand()
    {
        // Decay 3/4, from 8 over 4 and 0: 8, 7, 5.25.
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weight = new Parameter(tensor(new[] { 8f }));
        using var average = new WeightAverage([new NamedWeight("w", weight)], 0.75);
        foreach (var (next, expected) in new[] { (4f, 7f), (0f, 5.25f) })
        {
            weight.copy_(tensor(new[] { next }));
            average.Update();
            Assert.Equal(expected, average.Averages.Single().Value.item<float>());
            Assert.Equal(next, weight.item<float>());
        }

        average.Take();
        Assert.Equal(5.25f, weight.item<float>());
    }

    [Fact]
    public Task A_training_ends_with_the_average_and_has_the_steps_that_it_has_without() => TinyTraining.Run(tiny =>
    {
        var last = tiny.Train("sft", "last");
        Assert.Equal(last, tiny.Train("sft", "zero", ema: 0));
        Assert.Equal(last, tiny.Train("sft", "averaged", ema: 0.9));
        Assert.Equal(tiny.Sha256("last"), tiny.Sha256("zero"));
        // Of six steps the start still has 0.9^6 = 0.53: the average lies between it and the end.
        Assert.InRange(Far(tiny.Start, tiny.Out("averaged")) / Far(tiny.Start, tiny.Out("last")), 0.05, 0.6);
    });

    [Theory]
    [InlineData("sft")]
    [InlineData("ppo")]
    [InlineData("reward-model")]
    public Task Killed_after_any_step_it_ends_in_the_same_average(string algorithm) => TinyTraining.Run(tiny =>
    {
        tiny.Train(algorithm, "straight", ema: 0.8);
        for (var kill = 1; kill <= 6; kill++)
        {
            var name = $"killed-{kill}";
            Assert.Throws<OperationCanceledException>(() => tiny.Train(algorithm, name, (step, _) =>
            {
                if (step == kill)
                {
                    throw new OperationCanceledException("killed");
                }
            }, ema: 0.8));
            tiny.Train(algorithm, name, ema: 0.8);
            Assert.Equal(tiny.Sha256("straight"), tiny.Sha256(name));
        }
    });

    private static double Far(string one, string other)
    {
        using var scope = NewDisposeScope();
        using LanguageModel a = ModelFolder.ReadModel(one, trainable: false), b = ModelFolder.ReadModel(other, trainable: false);
        return Math.Sqrt(a.Weights.Zip(b.Weights).Sum(pair => (pair.First.Value - pair.Second.Value).square().sum().item<float>()));
    }
}
