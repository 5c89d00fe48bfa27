using System.Runtime.CompilerServices;
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
internal sealed class LabelsStage(AnsweredPrompts answered, PairTables pairs, IBus bus, TimeProvider time) : IStage
{
    public string Name => "labels";

    public int Window => LabelCommands.Window;

    public IEnumerable<string> Pools(RunContext run) => [.. run.SettlingPools, .. run.ShadowPools];

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await foreach (var shown in Pairs(run, round, cancel))
        {
            await pairs.Insert([.. shown.Select(pair => pair.Row)], cancel);
            IEnumerable<StageCommand> commands =
            [
                .. run.SettlingPools.SelectMany(pool => LabelCommands.Of(run, pool, shown, now)),
                .. run.ShadowPools.SelectMany(pool => LabelCommands.Of(run, pool, shown.Where(pair => IsShared(run, pair)), now)),
            ];
            foreach (var command in commands)
            {
                yield return command;
            }
        }
    }

    public async Task<string> Finish(RunContext run, int round, CancellationToken cancel)
    {
        var (count, kept, reasons) = (0, 0, new SortedDictionary<DropReason, int>());
        await foreach (var shown in Pairs(run, round, cancel))
        {
            var settled = await Settle(run, round, shown, cancel);
            await pairs.Settle(settled.Rows, cancel);
            count += shown.Count;
            kept += settled.Rows.Count(row => row.Kept);
            settled.Dropped.ForEach(reason => reasons[reason] = reasons.GetValueOrDefault(reason) + 1);
        }

        if (kept == 0)
        {
            throw new InputException(
                $"Round {round} has nothing to train on: none of {count} pairs was settled ({string.Join(", ", reasons.Select(reason => $"{reason.Value} {reason.Key}"))}). `rlaif show {RlaifId.Short(run.Id)}` lists the failures.");
        }

        var dropped = reasons.Values.Sum();
        await bus.Within(limit => bus.Publish(new PreferencesSettled(RlaifId.Of(run.Id, round, "settled"), run.Id, round, count - dropped, dropped), limit), cancel);
        return $"{(double)reasons.GetValueOrDefault(DropReason.Tie) / count:P0} ties · {kept} pairs kept";
    }

    private async Task<(IReadOnlyList<SettledRow> Rows, List<DropReason> Dropped)> Settle(
        RunContext run, int round, IReadOnlyList<ShownPair> shown, CancellationToken cancel)
    {
        var votes = (await pairs.Votes([.. shown.Select(pair => pair.Row.Id)], cancel)).ToLookup(vote => vote.PairId);
        var settled = shown.Select(pair => (Pair: pair, Settled: Settle(run, pair, CountedVotes.Of(run, votes[pair.Row.Id])))).ToList();
        var kept = settled.Where(one => one.Settled.Settled).GroupBy(one => one.Pair.Row.PromptId, StringComparer.Ordinal)
            .SelectMany(group => PairDraws.Keep([.. group.Select(one => one.Pair.Row.Id)], run.Recipe.Pairs.KeptPerPrompt, Seed(run, round, "kept", group.Key)))
            .ToHashSet();
        IReadOnlyList<SettledRow> rows =
        [
            .. settled.Select(one => new SettledRow
            {
                PairId = one.Pair.Row.Id,
                RunId = run.Id,
                Preference = one.Settled.Preference,
                Dropped = one.Settled.Reason?.ToString(),
                Kept = kept.Contains(one.Pair.Row.Id),
            }),
        ];
        return (rows, [.. settled.Where(one => !one.Settled.Settled).Select(one => one.Settled.Reason ?? DropReason.Tie)]);
    }

    private static SettledPair Settle(RunContext run, ShownPair pair, IReadOnlyList<LabelerVotes> votes) => Settlement.Of(
        votes, run.Constitution.Weights, run.Recipe.Pairs.TieMargin,
        run.Constitution.VetoOf(pair.Prompt.Turns, pair.Prompt.Expectation, pair.First, pair.Second));

    // Drawn again each time: the same seeds, the same pairs.
    private async IAsyncEnumerable<IReadOnlyList<ShownPair>> Pairs(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var count = 0;
        await foreach (var page in answered.Pages(run, round, cancel))
        {
            var shown = new List<ShownPair>();
            foreach (var (prompt, responses, revision) in page)
            {
                var texts = responses.ToDictionary(row => row.Id);
                var drawn = PairDraws.Of(
                    [.. responses.Select(row => row.Id)], revision is null ? null : (revision.DraftId, revision.Id), run.Recipe.Pairs.LabeledPerPrompt,
                    Seed(run, round, "pairs", prompt.Id));
                shown.AddRange(drawn.Select(pair =>
                    ShownPairs.Of(run, round, Purpose.Preference, count++, prompt.Prompt, texts[pair.First], texts[pair.Second])));
            }

            yield return shown;
        }
    }

    // A judge that only shadows need not be asked about every pair.
    private static bool IsShared(RunContext run, ShownPair pair) =>
        new SplitMix(RlaifId.Seed(RlaifId.Of(pair.Row.Id, "shadow"))).Below(1_000_000) < run.Recipe.Judge.Share * 1_000_000;

    private static ulong Seed(RunContext run, int round, string what, string prompt) => RlaifId.Seed(RlaifId.Of(run.Id, round, what, prompt));
}
