using Rlaif.Learning.Probes;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Tests.Training;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Probes;

public class AlarmTests
{
    private static readonly AlarmRecipe Quiet = new() { Every = 2, Prompts = 5, Samples = 2, RulesFall = 1, FewestWords = 0, MostWords = 1000, LeastDistinct = 0, MostKl = 10_000 };

    [Fact]
    public Task A_training_that_is_watched_ends_in_the_bytes_of_one_that_is_not() => TinyTraining.Run(tiny =>
    {
        var alone = Train(tiny, "alone", null);
        var watched = Train(tiny, "watched", Quiet);
        Assert.Equal(tiny.Sha256("alone"), tiny.Sha256("watched"));
        Assert.Equal(alone, watched.Where(metric => !metric.Name.StartsWith("probe/", StringComparison.Ordinal)));
        var looks = watched.Where(metric => metric.Name == "probe/kl_k3_nats_per_sequence").ToList();
        // Before the first step, after every second one, and after the last, which is the fifth; the start is itself.
        Assert.Equal([0, 2, 4, 5], looks.Select(look => look.Step));
        Assert.Equal(0, looks[0].Value, 1e-5);
        Assert.All(looks.Skip(1), look => Assert.InRange(look.Value, 1e-6, 100));
    });

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public Task What_leaves_its_band_stops_the_training_with_its_figures_and_nothing_is_written(string algorithm) => TinyTraining.Run(tiny =>
    {
        var alarm = Assert.Throws<TrainingAlarmException>(() => Train(tiny, "alarmed", Quiet with { RulesFall = 0.05 }, algorithm, Falls()));
        Assert.Equal((2, "rules"), (alarm.Step, Assert.Single(alarm.Departures).Measure));
        Assert.Equal($"The alarm of {algorithm} stopped it after step 2 of 5: the rules' score is 0.7, it was 0.8 (rulesFall 0.05).", alarm.Message);
        Assert.Equal([0.8, 0.8 - 0.1], alarm.Metrics.Where(metric => metric.Name == "probe/rules_score").Select(metric => metric.Value));
        Assert.Equal(2, alarm.Metrics.Count(metric => metric.Name == $"{algorithm}/{(algorithm == "ppo" ? "policy_loss" : "loss")}"));
        Assert.False(Directory.Exists(tiny.Out("alarmed")));
    });

    [Fact]
    public Task An_alarm_that_was_accepted_lets_the_training_go_on_to_the_same_bytes() => TinyTraining.Run(tiny =>
    {
        Train(tiny, "alone", null);
        Assert.Throws<TrainingAlarmException>(() => Train(tiny, "alarmed", Quiet with { RulesFall = 0.05 }, texts: Falls()));
        var first = 0;
        var metrics = Train(tiny, "alarmed", Quiet with { RulesFall = 0.05 }, texts: Falls(), accepted: ["rules"], progress: (step, _) => first = first == 0 ? step : first);
        // From the checkpoint at which it was stopped, against the start that is in it.
        Assert.Equal(3, first);
        Assert.Equal([0, 2, 4, 5], metrics.Where(metric => metric.Name == "probe/rules_score").Select(metric => metric.Step));
        Assert.Equal(tiny.Sha256("alone"), tiny.Sha256("alarmed"));
    });

    [Fact]
    public Task Killed_after_any_step_it_comes_to_the_same_alarm() => TinyTraining.Run(tiny =>
    {
        var band = Quiet with { Every = 3, MostKl = 1e-4 };
        var straight = Assert.Throws<TrainingAlarmException>(() => Train(tiny, "straight", band));
        Assert.Equal(3, straight.Step);
        for (var kill = 1; kill <= 2; kill++)
        {
            var at = kill;
            Assert.Throws<OperationCanceledException>(() => Train(tiny, $"killed-{at}", band, progress: (step, _) =>
            {
                if (step == at)
                {
                    throw new OperationCanceledException("killed");
                }
            }));
            var resumed = Assert.Throws<TrainingAlarmException>(() => Train(tiny, $"killed-{at}", band));
            Assert.Equal((straight.Message, straight.Step), (resumed.Message, resumed.Step));
            Assert.Equal(straight.Metrics, resumed.Metrics);
        }
    });

    [Fact]
    public Task The_last_look_is_at_the_average_that_is_written() => TinyTraining.Run(tiny =>
    {
        // An average that hardly leaves the start, of weights that do.
        var looks = Train(tiny, "averaged", Quiet, ema: 0.9999).Where(metric => metric.Name == "probe/kl_k3_nats_per_sequence").Select(metric => metric.Value).ToList();
        Assert.InRange(looks[^1], -1e-5, looks[^2] / 100);
    });

    // The rules' score falls by a tenth from look to look, whatever the policy says.
    private static Func<IReadOnlyList<SampledAnswer>, TextFigures> Falls()
    {
        var looks = 0;
        return _ => new(0.8 - (0.1 * Math.Min(1, looks++)), 10, 0.5);
    }

    private static IReadOnlyList<TrainingMetric> Train(
        TinyTraining tiny, string name, AlarmRecipe? alarm, string algorithm = "grpo", Func<IReadOnlyList<SampledAnswer>, TextFigures>? texts = null,
        string[]? accepted = null, TrainingProgress? progress = null, double? ema = null)
    {
        var job = new TrainingJob
        {
            Start = tiny.Start, Data = tiny.PairsFile, Work = tiny.Work(name), Seed = 5, RewardModel = tiny.Rewards, AcceptedAlarms = accepted ?? [],
            Texts = texts ?? (answers => new(0.5, answers.Average(answer => answer.Tokens.Length), 0.5)),
        };
        OptimizationRecipe recipe = algorithm == "ppo"
            ? new() { Ppo = new() { RolloutEpochs = 1, Ema = ema, MaxNewTokens = 8, Batch = 5, CheckpointSteps = 1, LearningRate = 5e-3, WarmupSteps = 0, Alarm = alarm } }
            : new() { Grpo = new() { Samples = 3, Ema = ema, MaxNewTokens = 8, Batch = 5, CheckpointSteps = 1, LearningRate = 5e-3, WarmupSteps = 0, Alarm = alarm } };
        return Trainer.Online(job, recipe, tiny.Out(name), progress ?? ((_, _) => { }), CancellationToken.None);
    }
}
