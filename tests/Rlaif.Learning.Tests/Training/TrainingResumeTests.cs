using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Training;

public class TrainingResumeTests
{
    public static TheoryData<string> Algorithms => [.. TinyTraining.Algorithms];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task Killed_after_any_step_it_ends_in_the_same_bytes_and_figures(string algorithm) => TinyTraining.Run(tiny =>
    {
        var metrics = tiny.Train(algorithm, "straight");
        var steps = metrics.Max(m => m.Step);
        // Pairs have two responses each.
        Assert.Equal(algorithm == "kto" ? 12 : 6, steps);
        for (var kill = 1; kill <= steps; kill++)
        {
            var name = $"killed-{kill}";
            Assert.Throws<OperationCanceledException>(() => tiny.Train(algorithm, name, (step, _) => Kill(step == kill)));
            var first = 0;
            var resumed = tiny.Train(algorithm, name, (step, _) => first = first == 0 ? step : first);
            Assert.Equal(tiny.Sha256("straight"), tiny.Sha256(name));
            Assert.Equal(metrics, resumed);
            // Checkpoints stand at every second step; a training that was killed after its last step has nothing left to do.
            Assert.Equal(kill == steps ? 0 : (kill / 2 * 2) + 1, first);
        }
    });

    // Two steps learn from each batch of rollouts: a checkpoint between them has nothing to go on from, whenever one is due.
    [Theory]
    [InlineData("grpo", 1)]
    [InlineData("rloo", 3)]
    [InlineData("online-dpo", 3)]
    [InlineData("ppo", 1)]
    [InlineData("ppo", 3)]
    public Task Checkpoints_fall_where_a_batch_of_rollouts_ends(string algorithm, int checkpointSteps) => TinyTraining.Run(tiny =>
    {
        var metrics = tiny.Train(algorithm, "straight", checkpointSteps: checkpointSteps);
        for (var kill = 1; kill <= 6; kill++)
        {
            var (name, first) = ($"killed-{kill}", 0);
            Assert.Throws<OperationCanceledException>(() => tiny.Train(algorithm, name, (step, _) => Kill(step == kill), checkpointSteps: checkpointSteps));
            Assert.Equal(metrics, tiny.Train(algorithm, name, (step, _) => first = first == 0 ? step : first, checkpointSteps: checkpointSteps));
            Assert.Equal(tiny.Sha256("straight"), tiny.Sha256(name));
            Assert.Equal(checkpointSteps == 1 ? kill == 6 ? 0 : (kill / 2 * 2) + 1 : kill < 4 ? 1 : 5, first);
        }
    });

    [Fact]
    public Task A_checkpoint_that_goes_is_not_read() => TinyTraining.Run(tiny =>
    {
        var work = tiny.Work("one");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(work, "checkpoint-1")).FullName, "state.json"), "no JSON");
        using var objective = tiny.Objective("sft");
        using var optimizers = new PartOptimizers(objective.Parts, new());
        new TrainingCheckpoints(work, "test", every: 1).Write(objective, optimizers, 2, []);
        Assert.Equal("checkpoint-2", Path.GetFileName(Assert.Single(Directory.EnumerateDirectories(work))));
    });

    [Fact]
    public Task Killed_again_and_again_it_still_ends_in_the_same_bytes() => TinyTraining.Run(tiny =>
    {
        tiny.Train("dpo", "straight");
        var kills = 0;
        for (var ended = false; !ended;)
        {
            try
            {
                tiny.Train("dpo", "killed", (_, _) => Kill(true), checkpointSteps: 1);
                ended = true;
            }
            catch (OperationCanceledException)
            {
                kills++;
            }
        }

        Assert.Equal(6, kills);
        Assert.Equal(tiny.Sha256("straight"), tiny.Sha256("killed"));
    });

    [Fact]
    public Task Only_the_newest_checkpoint_is_kept() => TinyTraining.Run(tiny =>
    {
        tiny.Train("sft", "one");
        Assert.Equal(["checkpoint-6"], Directory.EnumerateFileSystemEntries(tiny.Work("one")).Select(Path.GetFileName));
    });

    [Fact]
    public Task A_checkpoint_of_other_data_is_not_resumed_from() => TinyTraining.Run(tiny =>
    {
        tiny.Train("sft", "one");
        TrainingData.Write(tiny.ExamplesFile, tiny.Examples.Reverse());
        var steps = new List<int>();
        tiny.Train("sft", "other", (step, _) => steps.Add(step), change: job => job with { Work = tiny.Work("one") });
        Assert.Equal([1, 2, 3, 4, 5, 6], steps);
        tiny.Train("sft", "straight");
        Assert.Equal(tiny.Sha256("straight"), tiny.Sha256("other"));
    });

    [Fact]
    public Task What_a_kill_left_half_written_is_ignored_and_removed() => TinyTraining.Run(tiny =>
    {
        tiny.Train("sft", "straight");
        var half = Directory.CreateDirectory(Path.Combine(tiny.Work("one"), "partial")).FullName;
        File.WriteAllText(Path.Combine(half, "weights.safetensors"), "half");
        tiny.Train("sft", "one");
        Assert.False(Directory.Exists(half));
        Assert.Equal(tiny.Sha256("straight"), tiny.Sha256("one"));
    });

    [Fact]
    public Task A_checkpoint_that_cannot_be_written_is_one_sentence_and_the_older_one_stays() => TinyTraining.Run(tiny =>
    {
        tiny.Train("dpo", "straight");
        // A file stands where the next checkpoint is put together.
        var inTheWay = Path.Combine(tiny.Work("one"), "partial");
        var error = Assert.Throws<InputException>(() => tiny.Train("dpo", "one", (step, _) =>
        {
            if (step == 3)
            {
                File.WriteAllText(inTheWay, "");
            }
        }));
        Assert.StartsWith($"Cannot write the checkpoint of step 4 to {tiny.Work("one")}: ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.True(Directory.Exists(Path.Combine(tiny.Work("one"), "checkpoint-2")));

        File.Delete(inTheWay);
        var first = 0;
        tiny.Train("dpo", "one", (step, _) => first = first == 0 ? step : first);
        Assert.Equal(3, first);
        Assert.Equal(tiny.Sha256("straight"), tiny.Sha256("one"));
    });

    [Fact]
    public Task A_result_that_cannot_be_written_is_one_sentence() => TinyTraining.Run(tiny =>
    {
        File.WriteAllText(tiny.Out("one"), "");
        var error = Assert.Throws<InputException>(() => tiny.Train("sft", "one"));
        Assert.StartsWith($"Cannot write the trained model to {tiny.Out("one")}: ", error.Message);
    });

    private static void Kill(bool now)
    {
        if (now)
        {
            throw new OperationCanceledException("killed");
        }
    }
}
