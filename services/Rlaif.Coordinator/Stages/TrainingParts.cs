using System.Text;
using System.Text.Json;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>A pair as a trainer reads it, with the id of its row for lineage.</summary>
internal sealed record PairLine(Guid Source, int[] Prompt, int[] Chosen, int[] Rejected, double Preference);

/// <summary>Settled rows become data artifacts of token ids: the trainer never tokenizes a response again.</summary>
internal sealed class TrainingParts(ResponseTables responses, PairTables pairs, ArtifactStore artifacts, RunLineage lineage)
{
    public RunLineage Lineage => lineage;

    /// <summary>The kept pairs of a round, in the order of their rows.</summary>
    public async Task<IReadOnlyList<PairLine>> Pairs(RunContext run, int round, CancellationToken cancel)
    {
        var tokens = await responses.PromptTokens(run.Id, cancel);
        var rows = (await responses.Of(run.Id, Purposes.Preference, round, cancel)).ToDictionary(row => row.Id);
        var kept = (await pairs.Settled(run.Id, round, Purposes.Preference, cancel)).Where(row => row.Kept).ToDictionary(row => row.PairId, row => row.Preference!.Value);
        return
        [
            .. from pair in await pairs.Of(run.Id, round, Purposes.Preference, cancel)
               where kept.ContainsKey(pair.Id)
               let first = kept[pair.Id]
               let chosen = rows[first >= 0.5 ? pair.FirstId : pair.SecondId]
               let rejected = rows[first >= 0.5 ? pair.SecondId : pair.FirstId]
               select new PairLine(pair.Id, tokens[pair.PromptId], chosen.Tokens, rejected.Tokens, Math.Max(first, 1 - first)),
        ];
    }

    /// <summary>The revisions of a round that settled above their drafts.</summary>
    public async Task<IReadOnlyList<object>> BetterRevisions(RunContext run, int round, CancellationToken cancel)
    {
        var tokens = await responses.PromptTokens(run.Id, cancel);
        var rows = (await responses.Of(run.Id, Purposes.Preference, round, cancel)).ToDictionary(row => row.Id);
        var settled = (await pairs.Settled(run.Id, round, Purposes.Preference, cancel)).Where(row => row.Dropped is null).ToDictionary(row => row.PairId, row => row.Preference!.Value);
        var byResponses = (await pairs.Of(run.Id, round, Purposes.Preference, cancel)).ToDictionary(pair => (pair.FirstId, pair.SecondId));
        double? Preference(RevisionRow revision) =>
            byResponses.TryGetValue((revision.Id, revision.DraftId), out var shown) && settled.TryGetValue(shown.Id, out var first) ? first
            : byResponses.TryGetValue((revision.DraftId, revision.Id), out var swapped) && settled.TryGetValue(swapped.Id, out var second) ? 1 - second
            : null;
        return
        [
            .. from revision in await responses.Revisions(run.Id, round, cancel)
               where Preference(revision) > 0.5
               let row = rows[revision.Id]
               select (object)new { source = revision.Id, prompt = tokens[row.PromptId], response = row.Tokens },
        ];
    }

    /// <summary>JSON lines as an artifact; returns its name.</summary>
    public Task<string> Store(RunContext run, int round, string name, IEnumerable<object> lines, CancellationToken cancel)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(JsonSerializer.Serialize(line, Json.Options)).Append('\n');
        }

        return artifacts.AddText($"{run.Id:N}-{round}-{name}", "data.jsonl", text.ToString(), cancel);
    }
}
