using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Statistics;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>One sample of each prompt is criticised and written again by the policy itself (SL-CAI; Bai et al. 2022, section 3).</summary>
internal sealed class RevisionsStage(RunTables runs, ResponseTables responses, RunLineage lineage) : IStage
{
    public string Name => "revisions";

    public async Task<IReadOnlyList<StageCommand>> Plan(RunContext run, int round, CancellationToken cancel)
    {
        var (policy, _) = await lineage.Incumbent(run, round, cancel);
        var samples = (await responses.Of(run.Id, Purposes.Preference, round, cancel)).ToLookup(row => row.PromptId, StringComparer.Ordinal);
        var drafts = (await runs.Prompts(run.Id, Splits.Train, round, cancel)).Select(row => Draft(run, round, row.Prompt, [.. samples[row.Id]]));
        var sampling = new Sampling(run.Recipe.Sampling.Temperature, run.Recipe.Sampling.TopP, run.Recipe.Sampling.MaxNewTokens);
        // One draft of each prompt: a batch of as many rows as one of responses.
        return [.. drafts.Chunk(run.Recipe.Sampling.BatchPrompts * run.Recipe.Sampling.Samples).Select((batch, i) =>
        {
            var id = RlaifId.Of(run.Id, round, "revision", i);
            return new StageCommand(id, new ReviseResponses
            {
                Id = id,
                RunId = run.Id,
                Round = round,
                Policy = policy,
                Drafts = batch,
                Critique = sampling with { MaxNewTokens = run.Recipe.Revision.CritiqueTokens },
                Revision = sampling,
                Seed = RlaifId.Seed(id),
            });
        })];
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");

    private static Draft Draft(RunContext run, int round, Prompt prompt, ResponseRow[] samples)
    {
        var random = new SplitMix(RlaifId.Seed(RlaifId.Of(run.Id, round, "draft", prompt.Id)));
        var draft = samples[random.Below(samples.Length)];
        var principles = run.Constitution.Principles.Where(one => one.Applies(prompt.Expectation?.Safety ?? Safety.Unknown)).ToList();
        if (run.Recipe.Revision.Principle == "generic" || principles is [])
        {
            return new(draft.Id, prompt, draft.Text, "generic", run.Constitution.CritiqueRequest, run.Constitution.RevisionRequest);
        }

        var drawn = principles[random.Below(principles.Count)];
        return new(draft.Id, prompt, draft.Text, drawn.Id, drawn.CritiqueRequest, drawn.RevisionRequest);
    }
}
