using System.Diagnostics;
using Rlaif.Learning.Native;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using static TorchSharp.torch;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Training;

// Other tests would be measured too, or would compute in what these set.
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public class TrainingLoopTests
{
    [Theory]
    [InlineData("dpo", false)]
    [InlineData("dpo", true)]
    [InlineData("reward-model", false)]
    [InlineData("reward-model", false, true)]
    public Task Memory_is_flat(string algorithm, bool adapter, bool recompute = false) => TinyTraining.Run(tiny =>
    {
        var (resident, tensors) = (new Dictionary<int, long>(), new Dictionary<int, long>());
        tiny.Train(algorithm, "long", (step, _) =>
        {
            resident[step] = Environment.WorkingSet;
            tensors[step] = Tensor.TotalCount;
        }, epochs: 67, checkpointSteps: 1000, lora: adapter ? new() { Dora = true } : null, recompute: recompute);
        Assert.Equal(tensors[40], tensors[200]);
        Assert.InRange((resident[200] - resident[40]) / 1e6, -1000, 30);
    });

    [Theory]
    [InlineData("grpo", false)]
    [InlineData("ppo", false)]
    [InlineData("best-of-n", true)]
    public Task An_alarm_has_a_start_of_its_own_where_the_objective_has_none(string algorithm, bool own) => TinyTraining.Run(tiny =>
    {
        long Living()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Tensor.TotalCount;
        }

        long Most(string name, double mostKl)
        {
            var (before, most) = (Living(), 0L);
            var alarm = new AlarmRecipe { Prompts = 5, RulesFall = 1, FewestWords = 0, MostWords = 1000, LeastDistinct = 0, MostKl = mostKl };
            tiny.Train(algorithm, name, (_, _) => most = Math.Max(most, Living() - before), epochs: 2, alarm: alarm,
                change: job => job with { Texts = _ => new(1, 10, 0.5) });
            return most;
        }

        Most("first", 0);       // what is made once for the whole process
        using var start = ModelFolder.ReadModel(tiny.Start, trainable: false);
        Assert.Equal(own, Most("measured", 10_000) - Most("not", 0) >= start.Weights.Count);
    });

    [Fact]
    public Task It_learns_what_it_is_given() => TinyTraining.Run(tiny =>
    {
        double LastEpoch(string algorithm, string metric) =>
            tiny.Train(algorithm, algorithm, epochs: 30).Where(m => m.Name == metric).TakeLast(3).Average(m => m.Value);
        // 43 tokens drawn alike: ln 43 = 3.76 nats are all that can be known before the examples are.
        Assert.InRange(LastEpoch("sft", "sft/loss_nats_per_token"), 0, 2);
        // They begin 0.16 nats above it.
        Assert.InRange(LastEpoch("dpo", "dpo/loss") - tiny.LabelEntropy, 0, 0.01);
        Assert.InRange(LastEpoch("reward-model", "reward_model/loss") - tiny.LabelEntropy, 0, 0.01);
    });

    [Fact]
    public Task A_reward_model_goes_on_from_an_earlier_one() => TinyTraining.Run(tiny =>
    {
        var last = tiny.Train("reward-model", "first").Last(m => m.Name == "reward_model/loss").Value;
        var next = tiny.Train("reward-model", "second", change: job => job with { Start = tiny.Out("first") });
        Assert.True(next.First(m => m.Name == "reward_model/loss").Value < last, "a fresh head begins at ln 2");
    });

    [Fact]
    public Task The_result_is_a_model_folder_that_scores_as_the_training_left_it() => TinyTraining.Run(tiny =>
    {
        // One batch of all examples in each epoch: the loss of a further step would be that of the written model.
        var next = tiny.Train("sft", "one", epochs: 3, batch: 22).ToLookup(m => m.Name)["sft/loss_nats_per_token"].Last().Value;
        tiny.Train("sft", "two", epochs: 2, batch: 22);
        using var model = ModelFolder.ReadModel(tiny.Out("two"), trainable: false);
        Assert.Equal(TinyTraining.Config with { EosTokenIds = model.Config.EosTokenIds }, model.Config);
        Assert.Equal(next, -SequenceLogProbs.Of(model, tiny.Examples).SelectMany(l => l).Average(), 1e-5);
    });

    [Fact]
    public Task A_learning_rate_that_destroys_the_model_is_told() => TinyTraining.Run(tiny =>
    {
        var error = Assert.ThrowsAny<InputException>(() => tiny.Train("sft", "one", learningRate: 1e30));
        Assert.Equal("The training diverged: at step 2 of 6 the gradient norm is NaN; lower the learning rate 1E+30.", error.Message);
    });

    [Fact]
    public Task A_cancelled_training_stops_between_two_forward_passes() => TinyTraining.Run(tiny =>
    {
        using var cancel = new CancellationTokenSource();
        var last = 0;
        Assert.Throws<OperationCanceledException>(() => Trainer.Sft(
            new() { Start = tiny.Start, Data = tiny.ExamplesFile, Work = tiny.Work("one") }, new() { Batch = 4 }, tiny.Out("one"), (step, _) =>
            {
                last = step;
                cancel.Cancel();
            }, cancel.Token));
        Assert.Equal(1, last);
        Assert.False(Directory.Exists(tiny.Out("one")));
    });

    [Fact]
    public async Task A_second_start_of_the_runtime_changes_the_thread_count_only()
    {
        TorchRuntime.Start(1);
        Assert.Equal(1, await TorchThread.Run(get_num_threads, TestContext.Current.CancellationToken));
        TorchRuntime.Start(2);
        Assert.Equal(2, await TorchThread.Run(get_num_threads, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.Start(0));
    }
}
