using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Evaluator.Tests;

public class EvaluatePolicyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_figures_are_those_that_are_counted_by_hand()
    {
        await using var home = await Labeled();
        var figures = await home.Evaluate(await home.Plan(round: 2, incumbent: 1));

        // Against the start: won under both; won and lost under equal weights, a tie; lost. (1 + 1/2 + 0) / 3.
        Assert.Equal((3, "rules", 0.5), (figures.Prompts, figures.Labeler, figures.WinRate.Mean));
        Assert.Equal([("brief", 2.0 / 3), ("kind", 0.5)], figures.PerPrinciple.Select(rate => (rate.Principle, rate.Mean)));
        // Against the incumbent: won, won, and no verdict.
        Assert.Equal(1, figures.AgainstIncumbent.Mean);
        Assert.Equal([("k1", 2.0), ("k3", 1.0)], figures.KlNatsPerSequence.Select(kl => (kl.Key, kl.Value)));

        // The tie is no decided pair. The first is ordered as the labeler does (2 > 1), the last is not (3 > 1, and the start's was preferred).
        // The longer response was preferred both times.
        var model = figures.RewardModel!;
        Assert.Equal((2, 0.5, 1.0), (model.Pairs, model.Accuracy.Mean, model.LengthBaseline));
        Assert.Equal((2, 0.0), (model.Ensemble!.Members, model.Ensemble.Deviation));
        Assert.Equal((2.0 / 3, 5.0 / 3), (model.StartReward, model.CandidateReward));
        Assert.Equal((4.0 / 3, 1.0), (figures.StartProbes["words"], figures.Probes["words"]));
    }

    [Fact]
    public async Task While_the_start_is_the_incumbent_it_is_the_only_opponent()
    {
        await using var home = await Labeled();
        var figures = await home.Evaluate(await home.Plan(round: 2, incumbent: 0));
        Assert.Equal(figures.WinRate, figures.AgainstIncumbent);
        Assert.Equal(0.5, figures.WinRate.Mean);
    }

    [Fact]
    public async Task The_row_the_answer_and_the_gate_say_the_same()
    {
        await using var home = await SmallCase.Start(prompts: 12);
        for (var i = 0; i < 12; i++)
        {
            await SmallCase.Label(home, 0, i, SmallCase.Brief(1), SmallCase.Kind(0.5));
            await SmallCase.Label(home, 1, i, SmallCase.Brief(1), SmallCase.Kind(0.5));
        }

        var command = await home.Plan(2, 1);
        await home.Send(command);
        var answer = await home.Answer();
        var row = Assert.Single(await home.Get<EvaluationTables>().Of(EvaluatorHome.Run, Cancel));
        var figures = row.Read();
        // All prompts were won against the incumbent, and nothing that is watched got worse.
        Assert.Equal((command.Id, true, true, true), (answer.Id, answer.Promote, row.Promoted, figures.Promote));
        Assert.Equal(figures.Reasons, answer.Reasons);
        Assert.Equal(command.Candidate, row.Candidate);
        Assert.NotNull(await home.Get<WorkTables>().Outcome(command.Id, Cancel));
    }

    [Fact]
    public async Task Two_prompts_that_were_both_won_promote_nobody()
    {
        await using var home = await Labeled();
        var figures = await home.Evaluate(await home.Plan(2, 1));
        Assert.False(figures.Promote);
        Assert.Equal("The win rate against the incumbent is 1.000 [1.000, 1.000] on 2 prompts; fewer than 10 decide nothing.", figures.Reasons[0]);
    }

    [Fact]
    public async Task A_second_delivery_is_answered_again_and_changes_no_row()
    {
        await using var home = await Labeled();
        var command = await home.Plan(2, 1);
        await home.Send(command);
        var first = await home.Answer();
        var rows = await home.Dump();
        await home.Send(command);
        var second = await home.Answer();
        Assert.Equal(rows, await home.Dump());
        Assert.Equivalent(first, second, strict: true);
    }

    [Fact]
    public async Task The_order_in_which_labels_arrived_changes_no_figure()
    {
        await using var home = await Labeled();
        await using var reversed = await Labeled(backwards: true);
        var (one, other) = (await home.Evaluate(await home.Plan(2, 1)), await reversed.Evaluate(await reversed.Plan(2, 1)));
        Assert.Equal(Json.Of(one), Json.Of(other));
    }

    [Fact]
    public async Task Nothing_decided_pauses_the_run_with_one_sentence_and_leaves_no_figure()
    {
        await using var home = await SmallCase.Start();
        for (var i = 0; i < 3; i++)
        {
            await SmallCase.Label(home, 0, i, SmallCase.Failed("brief"), SmallCase.Failed("kind"));
        }

        var command = await home.Plan(2, 0);
        await home.Send(command);
        var runs = home.Get<RunTables>();
        await Eventually.True(async () => (await runs.Find(EvaluatorHome.Run, Cancel))!.PauseReason is not null, "the run paused");
        Assert.Equal(
            "The evaluation has no win rate: labeler rules decided none of 3 pairs; look at its failures.", (await runs.Find(EvaluatorHome.Run, Cancel))!.PauseReason);
        Assert.Empty(await home.Get<EvaluationTables>().Of(EvaluatorHome.Run, Cancel));
        Assert.Null(await home.Get<WorkTables>().Outcome(command.Id, Cancel));
    }

    private static async Task<EvaluatorHome> Labeled(bool backwards = false)
    {
        var home = await SmallCase.Start();
        List<Func<Task>> labels =
        [
            () => SmallCase.Label(home, 0, 0, SmallCase.Brief(1), SmallCase.Kind(1)),
            () => SmallCase.Label(home, 0, 1, SmallCase.Brief(1), SmallCase.Kind(0)),
            () => SmallCase.Label(home, 0, 2, SmallCase.Brief(0), SmallCase.Kind(null)),
            () => SmallCase.Label(home, 1, 0, SmallCase.Brief(1), SmallCase.Kind(null)),
            () => SmallCase.Label(home, 1, 1, SmallCase.Brief(1), SmallCase.Kind(0.5)),
            () => SmallCase.Label(home, 1, 2, SmallCase.Failed("brief"), SmallCase.Kind(null)),
        ];
        foreach (var label in backwards ? Enumerable.Reverse(labels) : labels)
        {
            await label();
        }

        return home;
    }
}
