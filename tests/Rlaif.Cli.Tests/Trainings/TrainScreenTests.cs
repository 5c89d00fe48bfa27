using Microsoft.Extensions.Time.Testing;
using Rlaif.Cli.Trainings;
using Rlaif.Learning.Training;

namespace Rlaif.Cli.Tests.Trainings;

public class TrainScreenTests
{
    private static readonly TrainingMetric Loss = new(1, "dpo/loss", 0.6931);

    [Fact]
    public void The_rate_leaves_out_what_came_before_the_first_step()
    {
        var time = new FakeTimeProvider();
        var rate = new TrainRate(time);
        time.Advance(TimeSpan.FromSeconds(60));
        rate.Add(new(1, 11, 4, 400, [Loss]));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new TrainPace(2, 11, 2, 200, TimeSpan.FromSeconds(18)), rate.Add(new(2, 11, 4, 400, [Loss])));
    }

    [Fact]
    public void The_steps_before_a_resume_took_no_time()
    {
        var time = new FakeTimeProvider();
        var rate = new TrainRate(time);
        Assert.Equal(new TrainPace(100, 104, 0, 0, null), rate.Add(new(100, 104, 0, 0, [Loss])));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(new TrainPace(101, 104, 1, 100, TimeSpan.FromSeconds(12)), rate.Add(new(101, 104, 4, 400, [Loss])));
    }

    [Fact]
    public void A_pipe_gets_a_line_now_and_then_and_the_last_step()
    {
        var time = new FakeTimeProvider();
        var output = new StringWriter();
        var screen = new LineTrainScreen(output, time);
        screen.Began("dpo · \"x\"");
        for (var step = 1; step <= 8; step++)
        {
            screen.Step(new(step, 8, 2, 200.04, TimeSpan.FromSeconds(8 - step)), Loss);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        screen.Ended("done");
        Assert.Equal(
            "event=train about=\"dpo · 'x'\"\n" +
            "event=step step=1 steps=8 dpo/loss=0.6931 examples_per_second=2 tokens_per_second=200 seconds_left=7\n" +
            "event=step step=6 steps=8 dpo/loss=0.6931 examples_per_second=2 tokens_per_second=200 seconds_left=2\n" +
            "event=step step=8 steps=8 dpo/loss=0.6931 examples_per_second=2 tokens_per_second=200 seconds_left=0\n" +
            "event=trained about=\"done\"\n",
            output.ToString());
    }

    [Fact]
    public void A_person_sees_loss_rates_and_time_left_on_one_line()
    {
        var output = new StringWriter();
        new TerminalTrainScreen(output, 120).Step(new(4, 8, 2.25, 200, TimeSpan.FromSeconds(65)), Loss);
        Assert.EndsWith("░  4 of 8  dpo/loss 0.6931  2.3 examples/s  200 tokens/s  1:05 left", output.ToString(), StringComparison.Ordinal);
        var narrow = new StringWriter();
        new TerminalTrainScreen(narrow, 40).Step(new(4, 8, 2.25, 200, TimeSpan.FromSeconds(65)), Loss);
        Assert.Equal(39, narrow.ToString()["\r\u001b[K".Length..].Length);
    }
}
