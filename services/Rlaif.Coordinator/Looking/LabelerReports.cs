using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Evaluation;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>What each labeler of a run is worth, from all that it said: on the pairs that were trained on, and on those that people decided.</summary>
public sealed class LabelerReports(ResponseTables responses, PairTables pairs)
{
    public async Task<IReadOnlyList<JudgeReport>> Of(RunRow run, int rounds, CancellationToken cancel)
    {
        var constitution = Constitution.Parse(run.Constitution, $"the constitution of run {RlaifId.Short(run.Id)}");
        // Pairs that people decided are asked under one overall question, which no constitution holds.
        var weights = new OrderedDictionary<string, double>(constitution.Weights, StringComparer.Ordinal) { ["overall"] = 1 };
        var judged = new SortedDictionary<string, List<JudgedPair>>(StringComparer.Ordinal);
        await Collect(run.Id, 0, nameof(Purpose.Calibration), judged, cancel);
        for (var round = 1; round <= rounds; round++)
        {
            await Collect(run.Id, round, nameof(Purpose.Preference), judged, cancel);
        }

        var seed = RlaifId.Seed(RlaifId.Of(run.Id, "judge-report"));
        return [.. judged.Select(labeler => JudgeReports.Of(labeler.Key, labeler.Value, weights, seed))];
    }

    private async Task Collect(Guid run, int round, string purpose, SortedDictionary<string, List<JudgedPair>> judged, CancellationToken cancel)
    {
        var lengths = (await responses.Of(run, purpose, round, cancel)).ToDictionary(row => row.Id, row => row.Text.EnumerateRunes().Count());
        var settled = (await pairs.Settled(run, round, purpose, cancel)).ToDictionary(row => row.PairId, row => row.Preference);
        var votes = (await pairs.Votes(run, round, purpose, cancel)).ToLookup(vote => vote.PairId);
        foreach (var pair in await pairs.Of(run, round, purpose, cancel))
        {
            foreach (var labeler in votes[pair.Id].GroupBy(vote => vote.Labeler, StringComparer.Ordinal))
            {
                var all = judged.TryGetValue(labeler.Key, out var known) ? known : judged[labeler.Key] = [];
                all.Add(new(
                    pair.PromptId, [.. labeler.Select(vote => vote.Vote)], labeler.Max(vote => vote.Calls),
                    lengths.GetValueOrDefault(pair.FirstId), lengths.GetValueOrDefault(pair.SecondId), settled.GetValueOrDefault(pair.Id), pair.Human));
            }
        }
    }
}
