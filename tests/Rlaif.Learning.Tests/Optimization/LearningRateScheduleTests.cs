using System.Text.Json;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
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

    /// <summary>Not ours: inverse_sqrt, warmup_stable_decay, and a constant that ignores its warm-up.</summary>
    [Fact]
    public void Every_step_equals_the_reference()
    {
        var compared = 0;
        foreach (var golden in Golden.Cases("rl/schedules.json"))
        {
            var hyper = golden.GetProperty("hyper");
            if (Kind(hyper) is not { } kind)
            {
                continue;
            }

            var peak = hyper.GetProperty("lr").GetDouble();
            var floor = hyper.TryGetProperty("min_lr_rate", out var rate) ? rate.GetDouble()
                : hyper.TryGetProperty("min_lr", out var least) ? least.GetDouble() / peak : 0;
            var schedule = new LearningRateSchedule(
                peak, kind, hyper.GetProperty("warmup_steps").GetInt32(), hyper.GetProperty("training_steps").GetInt32(), floor);
            double[] expected = [.. golden.GetProperty("lr").Flatten()];
            Golden.Close(expected, [.. Enumerable.Range(0, expected.Length).Select(schedule.At)], 1e-15, golden.GetProperty("name").GetString()!);
            compared++;
        }

        Assert.Equal(10, compared);
    }

    private static ScheduleKind? Kind(JsonElement hyper) => hyper.GetProperty("type").GetString() switch
    {
        "linear" => ScheduleKind.Linear,
        "cosine" or "cosine_with_min_lr" => ScheduleKind.Cosine,
        "constant_with_warmup" => ScheduleKind.Constant,
        "constant" when hyper.GetProperty("warmup_steps").GetInt32() == 0 => ScheduleKind.Constant,
        _ => null,
    };
}
