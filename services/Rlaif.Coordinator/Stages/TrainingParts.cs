using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>A pair as a trainer reads it, with the id of its row for lineage.</summary>
internal sealed record PairLine(Guid Source, int[] Prompt, int[] Chosen, int[] Rejected, double Preference);

/// <summary>A revision as a trainer reads it, with the id of its row for lineage.</summary>
internal sealed record RevisionLine(Guid Source, int[] Prompt, int[] Response);

/// <summary>A prompt as a trainer reads it that answers it itself.</summary>
/// <param name="Asked">The same as text, with what is known of a right answer; null: the trainer reads none.</param>
internal sealed record PromptLine(string PromptId, int[] Prompt, Prompt? Asked);

/// <summary>Settled rows become data artifacts of token ids: the trainer never tokenizes a response again.</summary>
internal sealed class TrainingParts(TrainingData data, ArtifactStore artifacts, RunLineage lineage)
{
    public RunLineage Lineage => lineage;

    /// <summary>How many pairs of a round are kept.</summary>
    public Task<int> CountPairs(RunContext run, int round, CancellationToken cancel) => data.CountPairs(run.Id, round, Purposes.Preference, cancel);

    /// <summary>The kept pairs of a round, in the order of their rows.</summary>
    public IAsyncEnumerable<PairLine> Pairs(RunContext run, int round, CancellationToken cancel) =>
        data.Pairs(run.Id, round, Purposes.Preference, cancel).Select(pair => pair.Preference >= 0.5
            ? new PairLine(pair.Id, pair.Prompt, pair.First, pair.Second, pair.Preference)
            : new PairLine(pair.Id, pair.Prompt, pair.Second, pair.First, 1 - pair.Preference));

    /// <summary>The revisions of a round that settled above their drafts.</summary>
    public IAsyncEnumerable<RevisionLine> BetterRevisions(RunContext run, int round, CancellationToken cancel) =>
        data.Revisions(run.Id, round, Purposes.Preference, cancel).Select(revision => new RevisionLine(revision.Id, revision.Prompt, revision.Response));

    /// <summary>The prompts that a round trains on, in their order.</summary>
    /// <param name="texts">Whether their texts are read too.</param>
    public IAsyncEnumerable<PromptLine> Prompts(RunContext run, int round, bool texts, CancellationToken cancel) =>
        data.Prompts(run.Id, Splits.Train, round, cancel).Select(prompt => new PromptLine(prompt.PromptId, prompt.Prompt, texts ? Json.Read<Prompt>(prompt.Body) : null));

    /// <summary>JSON lines as an artifact. Null: there are none.</summary>
    public Task<string?> Store<T>(RunContext run, int round, string name, IAsyncEnumerable<T> lines, CancellationToken cancel) =>
        artifacts.AddLines($"{run.Id:N}-{round}-{name}", "data.jsonl", lines, cancel);
}
