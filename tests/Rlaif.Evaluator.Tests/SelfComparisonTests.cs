using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Labeling;
using Rlaif.Feedback.Statistics;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Evaluator.Tests;

public class SelfComparisonTests
{
    private const int Prompts = 60, Samples = 2;

    private static readonly Candidate[] Sayings =
    [
        new("Yes, on Monday.", Ended: true), new("Yes, on Monday and", Ended: false), new("- Yes.\n- On Monday.", Ended: true),
        new("Yes, it is on Monday, and yes, it is on Monday.", Ended: true),
    ];

    /// <summary>Responses of one distribution as both policies, labeled by the rules of a constitution that ships.</summary>
    [Fact]
    public async Task The_starting_policy_against_itself_wins_one_half_within_the_interval_and_is_not_promoted()
    {
        var yaml = await File.ReadAllTextAsync(Repository.Path("constitutions/brief.yaml"), TestContext.Current.CancellationToken);
        List<Prompt> prompts = [.. Enumerable.Range(0, Prompts).Select(i => new Prompt($"p{i:00}", [new("user", $"When is it, {i}?")]))];
        await using var home = await EvaluatorHome.Start(yaml, prompts);
        var (start, again) = (await Sample(home, 0, prompts), await Sample(home, 1, prompts));
        await Compare(home, Constitution.Parse(yaml, "brief.yaml"), prompts, again, start);
        var figures = await home.Evaluate(await home.Plan(1, 0));

        Assert.Equal(Prompts, figures.Prompts);
        Assert.InRange(0.5, figures.WinRate.Low, figures.WinRate.High);
        Assert.InRange(figures.WinRate.High - figures.WinRate.Low, 0.05, 0.3);
        Assert.False(figures.Promote);
        Assert.Contains(figures.Reasons, reason => reason.Contains("not above one half", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<ResponseRow>> Sample(EvaluatorHome home, int round, IReadOnlyList<Prompt> prompts)
    {
        var random = new SplitMix((ulong)round);
        List<ResponseRow> rows =
        [
            .. from prompt in prompts
               from sample in Enumerable.Range(0, Samples)
               let said = Sayings[random.Below(Sayings.Length)]
               select new ResponseRow
               {
                   Id = RlaifId.Of(round, prompt.Id, sample),
                   RunId = EvaluatorHome.Run,
                   Round = round,
                   Purpose = nameof(Purpose.Evaluation),
                   PromptId = prompt.Id,
                   Sample = sample,
                   Policy = EvaluatorHome.StartPolicy,
                   Text = said.Text,
                   Ended = said.Ended,
                   ReferenceK1 = round == 0 ? null : 0,
                   ReferenceK3 = round == 0 ? null : 0,
               },
        ];
        await home.Get<ResponseTables>().Insert(default, rows, [], [], "{}", EvaluatorHome.At, default);
        return rows;
    }

    private static async Task Compare(
        EvaluatorHome home, Constitution constitution, IReadOnlyList<Prompt> prompts, IReadOnlyList<ResponseRow> ours, IReadOnlyList<ResponseRow> theirs)
    {
        var pairs = home.Get<PairTables>();
        List<(Prompt Prompt, ResponseRow First, ResponseRow Second)> meetings =
            [.. from prompt in prompts from first in ours from second in theirs where first.PromptId == prompt.Id && second.PromptId == prompt.Id select (prompt, first, second)];
        foreach (var (ordinal, (prompt, first, second)) in meetings.Index())
        {
            var id = RlaifId.Of(first.Id, second.Id);
            PairRow row = new()
            {
                Id = id, RunId = EvaluatorHome.Run, Round = 1, Purpose = nameof(Purpose.Evaluation), Ordinal = ordinal, PromptId = prompt.Id, FirstId = first.Id, SecondId = second.Id,
            };
            await pairs.Insert([row], default);
            var label = RulesLabeler.Label(new()
            {
                Id = id,
                RunId = EvaluatorHome.Run,
                PairId = id,
                Pool = "rules",
                Prompt = prompt.Turns,
                First = new(first.Text, first.Ended),
                Second = new(second.Text, second.Ended),
                Principles = constitution.Texts,
                Guidelines = "",
                Constitution = constitution.Sha256,
                Deadline = EvaluatorHome.At,
            });
            await pairs.Insert(label, null, EvaluatorHome.At, default);
        }
    }
}
