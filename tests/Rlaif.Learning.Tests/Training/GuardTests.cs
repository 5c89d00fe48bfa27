using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Trainings that run away, and what keeps them.</summary>
public class GuardTests
{
    // Two steps on each of three batches of rollouts. At this rate the second step of a batch finds a policy that its samples are no longer of.
    private const double Absurd = 0.3;

    /// <summary>An algorithm, a rate, and guards that it makes something of.</summary>
    public static TheoryData<string, double, double?, double?, double?> Tripping => new()
    {
        { "ppo", Absurd, 2, null, null }, { "ppo", Absurd, null, 0.01, null }, { "ppo", Absurd, null, null, 3 },
        { "grpo", Absurd, 2, null, null }, { "rloo", Absurd, null, 0.01, null }, { "reinforce-plus-plus", Absurd, null, null, 3 },
        { "ppo", 1e30, null, null, null },
    };

    [Theory]
    [InlineData("ppo")]
    [InlineData("grpo")]
    public Task A_step_whose_ratios_explode_moves_nothing(string algorithm) => TinyTraining.Run(tiny =>
    {
        var metrics = tiny.Train(algorithm, "guarded", batch: 11, learningRate: Absurd, guards: new() { MaxRatio = 2 });
        var skipped = Steps(metrics, "guard/skipped_updates");
        Assert.NotEmpty(skipped);
        Assert.All(metrics.Where(m => m.Name == "guard/ratio_max"), ratio => Assert.Equal(ratio.Value > 2, skipped.Contains(ratio.Step)));
        // What is skipped has no gradient norm and no rate; all else has.
        Assert.Equal(Enumerable.Range(1, metrics.Max(m => m.Step)).Except(skipped), metrics.Where(m => m.Name == "optimizer/learning_rate").Select(m => m.Step));
    });

    [Theory]
    [InlineData("ppo")]
    [InlineData("rloo")]
    public Task Steps_on_samples_of_another_policy_are_left_out_until_there_are_new_ones(string algorithm) => TinyTraining.Run(tiny =>
    {
        var metrics = tiny.Train(algorithm, "guarded", batch: 8, learningRate: Absurd, guards: new() { MaxStepKl = 1e-3 });
        // The first step on a batch has a KL of 0; the second is past the limit wherever the first moved the policy.
        var ends = Steps(metrics, "guard/early_ends");
        Assert.NotEmpty(ends);
        Assert.All(ends, step => Assert.Equal(0, step % 2));
        Assert.All(metrics.Where(m => m.Name == $"{algorithm}/approximate_kl_k3_nats_per_token"), kl => Assert.Equal(kl.Value > 1e-3, ends.Contains(kl.Step)));
    });

    [Fact]
    public Task What_is_left_of_a_batch_is_not_even_computed() => TinyTraining.Run(tiny =>
    {
        var metrics = tiny.Train("grpo", "guarded", learningRate: Absurd, guards: new() { MaxStepKl = 1e-3 }, iterations: 4);
        var leftOut = Steps(metrics, "guard/left_out_steps");
        Assert.NotEmpty(leftOut);
        Assert.All(leftOut, step => Assert.Contains(step - 1, leftOut.Concat(Steps(metrics, "guard/early_ends"))));
        Assert.DoesNotContain(metrics, m => leftOut.Contains(m.Step) && !m.Name.StartsWith("guard/", StringComparison.Ordinal));
    });

    [Theory]
    [InlineData("ppo", "ppo/kl_k1_nats_per_sequence")]
    [InlineData("grpo", "grpo/kl_k1_nats_per_sequence")]
    public Task A_policy_that_is_too_far_away_goes_back_to_half_the_rate(string algorithm, string name) => TinyTraining.Run(tiny =>
    {
        var metrics = tiny.Train(algorithm, "guarded", epochs: 6, checkpointSteps: 1, learningRate: Absurd, guards: new() { MaxKl = 3, Rollbacks = 10 });
        var back = Steps(metrics, "guard/rollbacks");
        Assert.NotEmpty(back);
        Assert.All(metrics.Where(m => m.Name == name), kl => Assert.InRange(kl.Value, double.MinValue, 3));
        Assert.All(metrics.Where(m => m is { Name: "optimizer/learning_rate", Value: > 0 }), rate => Assert.Equal(Absurd * Math.Pow(0.5, back.Count(step => step < rate.Step)), rate.Value, 1e-12));
    });

    [Fact]
    public Task A_policy_that_goes_back_has_the_weights_of_its_last_good_checkpoint() => TinyTraining.Run(tiny =>
    {
        // So far in two steps that the second batch of rollouts already is too far away: the start is what is left.
        var metrics = tiny.Train("grpo", "guarded", epochs: 2, batch: 22, learningRate: 5, iterations: 1, guards: new() { MaxKl = 1 });
        Assert.Equal([2], Steps(metrics, "guard/rollbacks"));
        using var start = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var end = ModelFolder.ReadModel(tiny.Out("guarded"), trainable: false);
        Assert.All(start.Weights.Zip(end.Weights), pair => Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>(), pair.First.Name));
    });

    [Fact]
    public Task A_training_that_diverges_again_and_again_ends_with_what_to_do() => TinyTraining.Run(tiny =>
    {
        var error = Assert.Throws<InputException>(() => tiny.Train("ppo", "guarded", epochs: 8, learningRate: 1e30, guards: new() { Rollbacks = 2 }));
        Assert.EndsWith(" Rollbacks before, each to half the learning rate: 2.", error.Message, StringComparison.Ordinal);
        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<InputException>(() => tiny.Train("ppo", "none", epochs: 8, learningRate: 1e30, guards: new() { Rollbacks = 0 }));
        Assert.DoesNotContain("Rollbacks", error.Message, StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Tripping))]
    public Task Killed_after_any_step_a_guarded_training_ends_in_the_same_bytes_and_figures(
        string algorithm, double rate, double? ratio, double? stepKl, double? kl) => TinyTraining.Run(tiny =>
    {
        var guards = new GuardsRecipe { MaxRatio = ratio, MaxStepKl = stepKl, MaxKl = kl, Rollbacks = 20 };
        IReadOnlyList<TrainingMetric> Train(string name, TrainingProgress? progress = null) =>
            tiny.Train(algorithm, name, progress, epochs: 4, learningRate: rate, guards: guards);
        var metrics = Train("straight");
        Assert.Contains(metrics, m => m.Name.StartsWith("guard/", StringComparison.Ordinal) && m.Value == 1);
        for (var kill = 1; kill <= metrics.Max(m => m.Step); kill++)
        {
            var name = $"killed-{kill}";
            Assert.Throws<OperationCanceledException>(() => Train(name, (step, _) =>
            {
                if (step == kill)
                {
                    throw new OperationCanceledException("killed");
                }
            }));
            Assert.Equal(metrics, Train(name));
            Assert.Equal(tiny.Sha256("straight"), tiny.Sha256(name));
        }
    });

    [Theory]
    [InlineData("ppo", null)]
    [InlineData("grpo", 2)]
    [InlineData("grpo", 1)]
    [InlineData("rloo", 1)]
    [InlineData("online-dpo", 1)]
    public Task Guards_that_have_nothing_to_do_change_no_bit(string algorithm, int? iterations) => TinyTraining.Run(tiny =>
    {
        var free = tiny.Train(algorithm, "free", microBatch: 3, iterations: iterations);
        var guarded = tiny.Train(algorithm, "guarded", microBatch: 3, guards: new() { MaxRatio = 1e6, MaxStepKl = 100, MaxKl = 1e4 }, iterations: iterations);
        Assert.Equal(tiny.Sha256("free"), tiny.Sha256("guarded"));
        Assert.Empty(free.Except(guarded));
        Assert.All(guarded.Where(m => m.Name.StartsWith("guard/", StringComparison.Ordinal) && m.Name != StepGuard.RatioMax), m => Assert.Equal(0, m.Value));
    });

    [Theory]
    [InlineData("rloo")]
    [InlineData("reinforce-plus-plus")]
    public Task With_one_step_on_each_batch_the_ratio_is_one_to_the_last_bit(string algorithm) => TinyTraining.Run(tiny => Assert.All(
        tiny.Train(algorithm, "once", microBatch: 3, iterations: 1, guards: new() { MaxRatio = 1e6 }).Where(m => m.Name == StepGuard.RatioMax), ratio => Assert.Equal(1, ratio.Value)));

    [Theory]
    [InlineData(0.02, 1, "EndBatch")]
    [InlineData(0.01, 12, "Skip")]
    [InlineData(0.02, 12, "EndBatch")]
    [InlineData(0.015, 10, "Learn")]
        public void A_step_is_looked_at_before_it_moves_anything(double kl, double ratio, string verdict) =>
        Assert.Equal(verdict, StepGuard.Of(new() { MaxRatio = 10, MaxStepKl = 0.015 }, kl, ratio).ToString());

    [Fact]
    public void A_guard_without_a_value_does_not_look()
    {
        Assert.Equal(StepVerdict.Learn, StepGuard.Of(null, 99, 99));
        Assert.Equal(StepVerdict.Learn, StepGuard.Of(new(), 99, 99));
        StepGuard.CheckDistance(new(), double.NaN);
        StepGuard.CheckDistance(new() { MaxKl = 20 }, 20);
        Assert.Throws<DivergedException>(() => StepGuard.CheckDistance(new() { MaxKl = 20 }, double.NaN));
    }

    private static HashSet<int> Steps(IReadOnlyList<TrainingMetric> metrics, string name) => [.. metrics.Where(m => m.Name == name && m.Value == 1).Select(m => m.Step)];
}
