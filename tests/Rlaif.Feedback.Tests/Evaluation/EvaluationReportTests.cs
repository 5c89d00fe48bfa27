using Rlaif.Contracts;
using Rlaif.Feedback.Evaluation;
using Rlaif.Feedback.Statistics;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Tests.Evaluation;

public class EvaluationReportTests
{
    private static readonly Dictionary<string, double> Weights = new(StringComparer.Ordinal) { ["answers"] = 2, ["declines"] = 3, ["never"] = 1 };

    [Fact]
    public void Votes_become_win_rates_overall_and_under_each_principle_to_which_the_prompt_gives_cause()
    {
        // Four prompts: won, lost, tied; the fourth has no verdict. Under declines only the first prompt counts.
        var figures = EvaluationReport.Of(Input(
            [Votes(1, declines: 1), Votes(0), Votes(0.5), [new() { Principle = "answers", Failure = FailureKind.Timeout }]]));
        Assert.Equal((3, "rules"), (figures.Prompts, figures.Labeler));
        Assert.Equal(0.5, figures.WinRate.Mean, 12);
        Assert.Equal(["answers", "declines"], figures.PerPrinciple.Select(rate => rate.Principle));
        Assert.Equal([0.5, 1], figures.PerPrinciple.Select(rate => rate.Mean));
        Assert.Equal(figures.WinRate, figures.AgainstIncumbent);
        Assert.False(figures.Promote);
    }

    [Fact]
    public void A_pair_that_shows_the_candidate_second_is_turned_round()
    {
        var input = Input([Votes(0), Votes(0)]);
        var turned = input with { AgainstStart = [.. input.AgainstStart.Select(pair => pair with { CandidateFirst = false })] };
        Assert.Equal((0, 1), (EvaluationReport.Of(input).WinRate.Mean, EvaluationReport.Of(turned).WinRate.Mean));
    }

    [Fact]
    public void The_reward_model_is_measured_on_decided_pairs_beside_length_alone()
    {
        // Candidate texts are longer ("yes p"), start texts shorter ("no"). Labeler: candidate, candidate, start, tie.
        // Rewards order the first as the labeler does, the second equal (half), the third wrongly: 1.5 / 3. "The longer" is right in 2 of 3.
        var input = Input([Votes(1), Votes(1), Votes(0), Votes(0.5)], rewards: [(2, 1), (1, 1), (3, 1), (0, 5)]);
        var model = EvaluationReport.Of(input).RewardModel!;
        Assert.Equal((0.5, 2 / 3.0, 3), (model.Accuracy.Mean, model.LengthBaseline, model.Pairs));
        Assert.Equal((2.0, 1.5), (model.StartReward, model.CandidateReward));
        Assert.InRange(model.Accuracy.Low, 0, 0.5);
        // The tie has a difference and half a label: four pairs.
        Assert.Equal(4, model.Calibration!.Bins.Sum(bin => bin.Pairs));
    }

    [Fact]
    public void Members_of_an_ensemble_are_compared_on_decided_pairs()
    {
        // Differences (1, 2) and (-1, 1) on decided pairs; the tie does not count.
        var input = Input([Votes(1), Votes(0), Votes(0.5)], rewards: [(2, 1), (1, 1), (3, 1)]);
        double[][] candidate = [[1, 3], [-1, 2], [3, 3]];
        var figures = EvaluationReport.Of(input with
        {
            Candidate = [.. input.Candidate.Select((response, i) => response with { MemberRewards = candidate[i] })],
            Start = [.. input.Start.Select(response => response with { MemberRewards = [0, 1] })],
        }).RewardModel!.Ensemble!;
        Assert.Equal((2, 0.5, 1.0, 0.5), (figures.Members, figures.Unanimous, figures.UnanimousAccuracy, figures.DividedAccuracy));
        Assert.Null(EvaluationReport.Of(input).RewardModel!.Ensemble);
    }

    [Fact]
    public void A_head_is_measured_on_the_pairs_that_were_decided_under_its_principle()
    {
        // Under declines the first pair is won, the second lost; its head says won, won. The head of answers says nothing, never has none.
        var input = Input([Votes(1, declines: 1), Votes(0, declines: 0), Votes(1)]);
        var heads = EvaluationReport.Of(input with
        {
            Candidate = [.. input.Candidate.Select(response => response with { Reward = 1, PrincipleRewards = new Dictionary<string, double> { ["declines"] = 2, ["answers"] = 0 } })],
            Start = [.. input.Start.Select(response => response with { Reward = 0, PrincipleRewards = new Dictionary<string, double> { ["declines"] = 1, ["answers"] = 0 } })],
        }).RewardModel!.PerPrinciple!;
        Assert.Equal([("answers", 0.5, 3), ("declines", 0.5, 2)], heads.Select(head => (head.Principle, head.Mean, head.Pairs)));
        Assert.Null(EvaluationReport.Of(Input([Votes(1)], rewards: [(1, 0)])).RewardModel!.PerPrinciple);
    }

    [Fact]
    public void The_incumbent_has_its_own_comparison_and_the_gate_reads_it()
    {
        var input = Input([.. Enumerable.Repeat(Votes(1), 40)]);
        var lost = input with { Incumbent = input.Start, AgainstIncumbent = [.. input.AgainstStart.Select(pair => pair with { Votes = Votes(0) })] };
        Assert.True(EvaluationReport.Of(input).Promote);
        var figures = EvaluationReport.Of(lost);
        Assert.Equal((1, 0), (figures.WinRate.Mean, figures.AgainstIncumbent.Mean));
        Assert.False(figures.Promote);
    }

    [Fact]
    public void KL_is_the_mean_over_sequences_by_estimator()
    {
        var figures = EvaluationReport.Of(Input([Votes(1), Votes(1)]));
        Assert.Equal([("k1", 1.5), ("k3", 0.5)], figures.KlNatsPerSequence.Select(kl => (kl.Key, kl.Value)));
    }

    [Fact]
    public void Nothing_decided_is_an_error_in_a_sentence_and_no_figure()
    {
        var e = Assert.Throws<InputException>(() => EvaluationReport.Of(Input([[new() { Principle = "answers", Failure = FailureKind.Timeout }]])));
        Assert.Contains("labeler rules decided none of 1 pairs", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_rows_and_seed_give_the_same_figures()
    {
        string Once(ulong seed) => System.Text.Json.JsonSerializer.Serialize(EvaluationReport.Of(
            Input([.. Enumerable.Range(0, 60).Select(i => Votes(i * 7 % 10 < 6 ? 1 : 0))]) with { Seed = seed }));
        Assert.Equal(Once(1), Once(1));
        Assert.NotEqual(Once(1), Once(2));
    }

    [Fact]
    public void A_policy_against_itself_wins_one_half_within_the_interval_as_often_as_the_interval_says()
    {
        // 300 evaluations of one distribution against itself: 60 prompts of different difficulty, 2 samples of each policy, all 4 pairs.
        // A 95 % interval covers in 95 % of them; 300 draws put the share within ± 4 standard errors of 0.0126.
        var covered = 0;
        for (var trial = 0; trial < 300; trial++)
        {
            var random = new SplitMix((ulong)trial);
            bool Good(int prompt) => random.Below(100) < 10 + (prompt * 80 / 60);
            var votes = Enumerable.Range(0, 60).SelectMany(prompt =>
            {
                (bool A, bool B) ours = (Good(prompt), Good(prompt)), theirs = (Good(prompt), Good(prompt));
                return new[] { (ours.A, theirs.A), (ours.A, theirs.B), (ours.B, theirs.A), (ours.B, theirs.B) }
                    .Select(pair => (prompt, vote: pair.Item1 == pair.Item2 ? 0.5 : pair.Item1 ? 1 : 0));
            }).ToList();
            var rate = WinRate.Of([.. votes.Select(row => new Comparison($"p{row.prompt}", row.vote))], (ulong)trial, resamples: 400).Rate;
            covered += rate.Low <= 0.5 && rate.High >= 0.5 ? 1 : 0;
        }

        Assert.InRange(covered / 300.0, 0.95 - 0.05, 0.95 + 0.05);
    }

    private static EvaluationInput Input(IReadOnlyList<IReadOnlyList<Vote>> votes, (double Candidate, double Start)[]? rewards = null)
    {
        var candidate = votes.Select((_, i) =>
            Responses.Of($"p{i}", $"yes {i}", name: $"c{i}") with { Reward = rewards?[i].Candidate, Kl = new(1.5, 0.5) }).ToList();
        var start = votes.Select((_, i) => Responses.Of($"p{i}", "no", name: $"s{i}") with { Reward = rewards?[i].Start }).ToList();
        return new()
        {
            Labeler = "rules",
            Weights = Weights,
            Candidate = candidate,
            Start = start,
            AgainstStart = [.. votes.Select((vote, i) => new LabeledPair(candidate[i].Id, start[i].Id, vote))],
            Seed = 7,
            Recipe = new(),
        };
    }

    private static List<Vote> Votes(double answers, double? declines = null) =>
    [
        new() { Principle = "answers", Preference = answers },
        declines is null ? new() { Principle = "declines", NotApplicable = true } : new() { Principle = "declines", Preference = declines },
    ];
}
