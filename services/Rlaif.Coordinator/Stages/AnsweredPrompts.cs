using System.Runtime.CompilerServices;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>A prompt with its responses, by sample; a revision among them is named too.</summary>
internal sealed record AnsweredPrompt(PromptRow Prompt, IReadOnlyList<ResponseRow> Responses, RevisionRow? Revision);

/// <summary>The training prompts of a round with what the policy answered, a page at a time: they need not fit into memory.</summary>
internal sealed class AnsweredPrompts(RunTables runs, ResponseTables responses)
{
    private const int AtOnce = 100;

    public async IAsyncEnumerable<IReadOnlyList<AnsweredPrompt>> Pages(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var prompts in runs.Prompts(run.Id, Splits.Train, round, cancel).Chunk(AtOnce))
        {
            var rows = await responses.Of(run.Id, Purposes.Preference, round, [.. prompts.Select(prompt => prompt.Id)], cancel);
            var revisions = (await responses.Revisions([.. rows.Select(row => row.Id)], cancel)).ToDictionary(revision => revision.Id);
            var byPrompt = rows.ToLookup(row => row.PromptId, StringComparer.Ordinal);
            yield return
            [
                .. prompts.Select(prompt => new AnsweredPrompt(
                    prompt,
                    [.. byPrompt[prompt.Id]],
                    byPrompt[prompt.Id].Select(row => revisions.GetValueOrDefault(row.Id)).FirstOrDefault(revision => revision is not null))),
            ];
        }
    }
}
