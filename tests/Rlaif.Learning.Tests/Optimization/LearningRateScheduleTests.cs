using System.Text.Json;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Xunit;

namespace Rlaif.Learning.Tests.Optimization;

public class LearningRateScheduleTests
{
    [Fact]
    public void The_first_step_of_a_warm_up_has_rate_zero_and_the_last_is_followed_by_the_peak()
    {
        var schedule = new LearningRateSchedule(0.4, ScheduleKind.Constant, WarmupSteps: 4, Steps: 10);
        Golden.Close([0, 0.1, 0.2, 0.3, 0.4, 0.4], [.. Enumerable.Range(0, 6).Select(schedule.At)], 1e-15, "rate");
    }

    [Fact]
    public void A_stable_schedule_falls_in_its_last_steps_alone_and_an_inverse_root_is_halved_when_time_is_fourfold()
    {
        LearningRateSchedule Of(ScheduleKind kind) => new(1, kind, WarmupSteps: 0, Steps: 10) { DecaySteps = 4, Timescale = 9 };
        double[] Rates(ScheduleKind kind) => [.. new[] { 5, 6, 7, 10 }.Select(Of(kind).At)];
        Golden.Close([1, 1, 0.75, 0], Rates(ScheduleKind.StableLinear), 1e-15, "line");
        Golden.Close([1, 1, 0.5, 0], Rates(ScheduleKind.StableRoot), 1e-15, "root");
        Golden.Close([1, 1, (1 + Math.Sqrt(0.5)) / 2, 0], Rates(ScheduleKind.StableCosine), 1e-15, "cosine");
        Golden.Close([0.5], [Of(ScheduleKind.InverseSqrt).At(27)], 1e-15, "inverse root");
    }

    // 10 steps: 20 % are 2, so the rate of the last one is half of the way down. A share of less than a step is one.
    [Theory]
    [InlineData("stableLinear", null, 1, 0.5)]
    [InlineData("stableLinear", 0.4, 0.5, 0.25)]
    [InlineData("stableCosine", 0.2, 1, 0.5)]
    [InlineData("stableRoot", null, 1, 0.29289321881345)]
    [InlineData("stableRoot", 0.001, 1, 1)]
    [InlineData("linear", null, 0.2, 0.1)]
    public void A_recipe_says_in_which_share_of_the_steps_a_stable_schedule_falls(string schedule, double? share, double last2, double last)
    {
        var recipe = new SftRecipe { LearningRate = 1, WarmupSteps = 0, Schedule = schedule, DecayShare = share, Batch = 1 };
        var plan = TrainingPlan.Of(recipe, [.. Enumerable.Repeat(3, 10)], seed: 1);
        Golden.Close([last2, last], [plan.Schedule.At(8), plan.Schedule.At(9)], 1e-13, schedule);
    }

    [Fact]
    public void Every_step_of_every_schedule_equals_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/schedules.json"))
        {
            var (type, peak, warmup) = (golden.Text("type"), golden.Number("lr"), (int)golden.Number("warmup_steps"));
            var floor = golden.Optional("min_lr_rate") ?? golden.Optional("min_lr_ratio") ?? (golden.Optional("min_lr") / peak) ?? 0;
            var schedule = new LearningRateSchedule(
                peak, Kind(type, golden), type == "constant" ? 0 : warmup, (int)golden.Number("training_steps"), floor)     // transformers' constant has no warm-up
            {
                DecaySteps = (int)(golden.Optional("num_decay_steps") ?? 1), Timescale = (int?)golden.Optional("timescale"),
            };
            double[] expected = [.. golden["lr"].Flatten()];
            Golden.Close(expected, [.. Enumerable.Range(0, expected.Length).Select(schedule.At)], 1e-15, golden.Name);
            golden.AllSettingsWereRead();
        }
    }

    private static ScheduleKind Kind(string type, GoldenCase golden) => type switch
    {
        "linear" => ScheduleKind.Linear,
        "cosine" or "cosine_with_min_lr" => ScheduleKind.Cosine,
        "constant" or "constant_with_warmup" => ScheduleKind.Constant,
        "inverse_sqrt" => ScheduleKind.InverseSqrt,
        "warmup_stable_decay" => golden.Setting("decay_type") is { ValueKind: JsonValueKind.String } decay ? Stable(decay.GetString()!) : ScheduleKind.StableCosine,
        _ => throw new InvalidDataException($"no schedule is called {type}"),
    };

    private static ScheduleKind Stable(string decay) => decay switch
    {
        "linear" => ScheduleKind.StableLinear,
        "cosine" => ScheduleKind.StableCosine,
        "1-sqrt" => ScheduleKind.StableRoot,
        _ => throw new InvalidDataException($"no decay is called {decay}"),
    };
}
