using System.Runtime.CompilerServices;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Statistics;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>One sample of each prompt is criticised and written again by the policy itself (SL-CAI; Bai et al. 2022, section 3).</summary>
internal sealed class RevisionsStage(AnsweredPrompts answered, RunLineage lineage) : IStage
{
    public string Name => "revisions";

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (policy, _) = await lineage.Incumbent(run, round, cancel);
        var drafts = answered.Pages(run, round, cancel).SelectMany(page => page.Select(one => Draft(run, round, one.Prompt.Prompt, one.Responses)));
        var sampling = new Sampling(run.Recipe.Sampling.Temperature, run.Recipe.Sampling.TopP, run.Recipe.Sampling.MaxNewTokens);
        // One draft of each prompt: a batch of as many rows as one of responses.
        await foreach (var (i, batch) in drafts.Chunk(run.Recipe.Sampling.BatchPrompts * run.Recipe.Sampling.Samples).Index())
        {
            var id = RlaifId.Of(run.Id, round, "revision", i);
            yield return new(id, new ReviseResponses
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
        }
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");

    private static Draft Draft(RunContext run, int round, Prompt prompt, IReadOnlyList<ResponseRow> samples)
    {
        var random = new SplitMix(RlaifId.Seed(RlaifId.Of(run.Id, round, "draft", prompt.Id)));
        var draft = samples[random.Below(samples.Count)];
        var principles = run.Constitution.Principles.Where(one => one.Applies(prompt.Expectation?.Safety ?? Safety.Unknown)).ToList();
        if (run.Recipe.Revision.Principle == "generic" || principles is [])
        {
            return new(draft.Id, prompt, draft.Text, "generic", run.Constitution.CritiqueRequest, run.Constitution.RevisionRequest);
        }

        var drawn = principles[random.Below(principles.Count)];
        return new(draft.Id, prompt, draft.Text, drawn.Id, drawn.CritiqueRequest, drawn.RevisionRequest);
    }
}
