using System.Runtime.CompilerServices;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Settling;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>A pair as a trainer reads it, with the id of its row for lineage.</summary>
internal sealed record PairLine(Guid Source, int[] Prompt, int[] Chosen, int[] Rejected, double Preference, bool? Tie = null, IReadOnlyDictionary<string, double>? Principles = null);

/// <summary>A response as a trainer reads it, with the id of its row for lineage.</summary>
internal sealed record ResponseLine(Guid Source, int[] Prompt, int[] Response);

/// <summary>A prompt as a trainer reads it that answers it itself.</summary>
/// <param name="Asked">The same as text, with what is known of a right answer; null: the trainer reads none.</param>
internal sealed record PromptLine(string PromptId, int[] Prompt, Prompt? Asked);

/// <summary>Settled rows become data artifacts of token ids: the trainer never tokenizes a response again.</summary>
internal sealed class TrainingParts(TrainingData data, PairTables pairs, ArtifactStore artifacts, RunLineage lineage)
{
    // As many as rows are read at once.
    private const int PairsAtOnce = 500;

    public RunLineage Lineage => lineage;

    /// <summary>How many pairs of a round are kept.</summary>
    public Task<int> CountPairs(RunContext run, int round, bool ties, CancellationToken cancel) => data.CountPairs(run.Id, round, Purposes.Preference, ties, cancel);

    /// <summary>The kept pairs of a round, in the order of their rows.</summary>
    /// <param name="ties">Tied ones too.</param>
    public IAsyncEnumerable<PairLine> Pairs(RunContext run, int round, bool ties, CancellationToken cancel) =>
        data.Pairs(run.Id, round, Purposes.Preference, ties, cancel).Select(pair => Line(pair, null));

    /// <summary>The same with what was said under each principle.</summary>
    public async IAsyncEnumerable<PairLine> JudgedPairs(RunContext run, int round, bool ties, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var page in data.Pairs(run.Id, round, Purposes.Preference, ties, cancel).Chunk(PairsAtOnce).WithCancellation(cancel))
        {
            var votes = (await pairs.Votes([.. page.Select(pair => pair.Id)], cancel)).ToLookup(vote => vote.PairId);
            foreach (var pair in page)
            {
                yield return Line(pair, Settlement.PerPrinciple(CountedVotes.Of(run, votes[pair.Id]), run.Constitution.Weights));
            }
        }
    }

    /// <summary>The revisions of a round that settled above their drafts.</summary>
    public IAsyncEnumerable<ResponseLine> BetterRevisions(RunContext run, int round, CancellationToken cancel) =>
        data.Revisions(run.Id, round, Purposes.Preference, cancel).Select(revision => new ResponseLine(revision.Id, revision.Prompt, revision.Response));

    /// <summary>What the starting policy answered to the held-out prompts: the same in every round.</summary>
    public IAsyncEnumerable<ResponseLine> StartResponses(RunContext run, CancellationToken cancel) =>
        data.Responses(run.Id, 0, Purposes.Evaluation, cancel).Select(response => new ResponseLine(response.Id, response.Prompt, response.Response));

    /// <summary>The prompts that a round trains on, in their order.</summary>
    /// <param name="texts">Whether their texts are read too.</param>
    public IAsyncEnumerable<PromptLine> Prompts(RunContext run, int round, bool texts, CancellationToken cancel) =>
        data.Prompts(run.Id, Splits.Train, round, cancel).Select(prompt => new PromptLine(prompt.PromptId, prompt.Prompt, texts ? Json.Read<Prompt>(prompt.Body) : null));

    /// <summary>JSON lines as an artifact. Null: there are none.</summary>
    public Task<string?> Store<T>(RunContext run, int round, string name, IAsyncEnumerable<T> lines, CancellationToken cancel) =>
        artifacts.AddLines($"{run.Id:N}-{round}-{name}", "data.jsonl", lines, cancel);

    private static PairLine Line(KeptPair pair, IReadOnlyDictionary<string, double>? principles) => pair.Preference >= 0.5
        ? new PairLine(pair.Id, pair.Prompt, pair.First, pair.Second, pair.Preference, pair.Tie ? true : null, principles)
        : new PairLine(pair.Id, pair.Prompt, pair.Second, pair.First, 1 - pair.Preference, pair.Tie ? true : null, principles is null ? null
            : new SortedDictionary<string, double>(principles.ToDictionary(label => label.Key, label => 1 - label.Value, StringComparer.Ordinal), StringComparer.Ordinal));
}
