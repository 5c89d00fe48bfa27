using MassTransit;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Settling;
using Rlaif.Feedback.Statistics;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>The round's responses become pairs, the pairs get labels, the labels settle.</summary>
internal sealed class LabelsStage(RunTables runs, ResponseTables responses, PairTables pairs, IBus bus, TimeProvider time) : IStage
{
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    public string Name => "labels";

    public int Window => LabelCommands.Window;

    public async Task<IReadOnlyList<StageCommand>> Plan(RunContext run, int round, CancellationToken cancel)
    {
        var shown = await Pairs(run, round, cancel);
        await pairs.Insert([.. shown.Select(pair => pair.Row)], cancel);
        var deadline = time.GetUtcNow() + Patience;
        return
        [
            .. run.SettlingPools.SelectMany(pool => LabelCommands.Of(run, pool, shown, deadline)),
            .. run.ShadowPools.SelectMany(pool => LabelCommands.Of(run, pool, shown.Where(pair => IsShared(run, pair)), deadline)),
        ];
    }

    public async Task<string> Finish(RunContext run, int round, CancellationToken cancel)
    {
        var shown = await Pairs(run, round, cancel);
        var votes = (await pairs.Votes(run.Id, round, Purposes.Preference, cancel))
            .Where(vote => run.SettlingPools.Contains(vote.Pool, StringComparer.Ordinal)).ToLookup(vote => vote.PairId);
        var settled = shown.Select(pair => (Pair: pair, Settled: Settle(run, pair, [.. votes[pair.Row.Id]]))).ToList();
        var kept = settled.Where(one => one.Settled.Settled).GroupBy(one => one.Pair.Row.PromptId, StringComparer.Ordinal)
            .SelectMany(group => PairDraws.Keep([.. group.Select(one => one.Pair.Row.Id)], run.Recipe.Pairs.KeptPerPrompt, Seed(run, round, "kept", group.Key)))
            .ToHashSet();
        if (kept.Count == 0)
        {
            var reasons = settled.CountBy(one => one.Settled.Reason ?? DropReason.Tie).Select(reason => $"{reason.Value} {reason.Key}");
            throw new InputException(
                $"Round {round} has nothing to train on: none of {settled.Count} pairs was settled ({string.Join(", ", reasons)}). `rlaif show {RlaifId.Short(run.Id)}` lists the failures.");
        }

        await pairs.Settle(
            [
                .. settled.Select(one => new SettledRow
                {
                    PairId = one.Pair.Row.Id,
                    RunId = run.Id,
                    Preference = one.Settled.Preference,
                    Dropped = one.Settled.Reason?.ToString(),
                    Kept = kept.Contains(one.Pair.Row.Id),
                }),
            ],
            cancel);
        var dropped = settled.Count(one => !one.Settled.Settled);
        await bus.Within(limit => bus.Publish(new PreferencesSettled(RlaifId.Of(run.Id, round, "settled"), run.Id, round, settled.Count - dropped, dropped), limit), cancel);
        var ties = settled.Count(one => one.Settled.Reason == DropReason.Tie);
        return $"{(double)ties / settled.Count:P0} ties · {kept.Count} pairs kept";
    }

    private static SettledPair Settle(RunContext run, ShownPair pair, IReadOnlyList<VoteRow> votes) => Settlement.Of(
        [.. votes.GroupBy(vote => vote.Labeler, StringComparer.Ordinal).Select(labeler => new LabelerVotes(labeler.Key, [.. labeler.Select(vote => vote.Vote)]))],
        run.Constitution.Weights, run.Recipe.Pairs.TieMargin,
        run.Constitution.VetoOf(pair.Prompt.Turns, pair.Prompt.Expectation, pair.First, pair.Second));

    private async Task<IReadOnlyList<ShownPair>> Pairs(RunContext run, int round, CancellationToken cancel)
    {
        var prompts = await runs.Prompts(run.Id, Splits.Train, round, cancel);
        var rows = (await responses.Of(run.Id, Purposes.Preference, round, cancel)).ToLookup(row => row.PromptId, StringComparer.Ordinal);
        var revisions = (await responses.Revisions(run.Id, round, cancel)).ToDictionary(revision => revision.Id);
        var shown = new List<ShownPair>();
        foreach (var prompt in prompts)
        {
            var texts = rows[prompt.Id].ToDictionary(row => row.Id);
            var revision = texts.Keys.Select(id => revisions.GetValueOrDefault(id)).FirstOrDefault(one => one is not null);
            var drawn = PairDraws.Of(
                [.. texts.Keys], revision is null ? null : (revision.DraftId, revision.Id), run.Recipe.Pairs.LabeledPerPrompt, Seed(run, round, "pairs", prompt.Id));
            foreach (var (first, second) in drawn)
            {
                shown.Add(ShownPairs.Of(run, round, Purpose.Preference, shown.Count, prompt.Prompt, texts[first], texts[second]));
            }
        }

        return shown;
    }

    // A judge that only shadows need not be asked about every pair.
    private static bool IsShared(RunContext run, ShownPair pair) =>
        new SplitMix(RlaifId.Seed(RlaifId.Of(pair.Row.Id, "shadow"))).Below(1_000_000) < run.Recipe.Judge.Share * 1_000_000;

    private static ulong Seed(RunContext run, int round, string what, string prompt) => RlaifId.Seed(RlaifId.Of(run.Id, round, what, prompt));
}
