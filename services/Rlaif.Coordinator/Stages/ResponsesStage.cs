using System.Runtime.CompilerServices;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>Generation commands: fixed batches of prompts, because the composition of a batch changes the last bits of a result.</summary>
internal static class GenerationBatches
{
    /// <param name="samples">Samples of each prompt.</param>
    /// <param name="reference">Policy under which responses are scored too; null: none.</param>
    public static IAsyncEnumerable<StageCommand> Of(
        RunContext run, int round, Purpose purpose, string policy, string? reference, IAsyncEnumerable<PromptRow> prompts, int samples)
    {
        var sampling = run.Recipe.Sampling;
        return prompts.Select(row => row.Prompt).Chunk(sampling.BatchPrompts).Select((batch, i) =>
        {
            var id = RlaifId.Of(run.Id, round, purpose, policy, i);
            return new StageCommand(id, new GenerateResponses
            {
                Id = id,
                RunId = run.Id,
                Round = round,
                Purpose = purpose,
                Policy = policy,
                Reference = reference,
                Prompts = batch,
                Samples = samples,
                Sampling = new(sampling.Temperature, sampling.TopP, sampling.MaxNewTokens),
                Seed = RlaifId.Seed(id),
            });
        });
    }
}

/// <summary>The starting policy answers the held-out prompts and those of the demo, once for all rounds.</summary>
internal sealed class StartResponsesStage(RunTables runs) : IStage
{
    public string Name => "start";

    public IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, CancellationToken cancel)
    {
        var policy = run.Row.StartPolicy;
        return GenerationBatches
            .Of(run, 0, Purpose.Evaluation, policy, null, runs.Prompts(run.Id, Splits.Evaluation, 0, cancel), run.Recipe.Evaluation.Samples)
            .Concat(GenerationBatches.Of(run, 0, Purpose.Demo, policy, null, runs.Prompts(run.Id, Splits.Demo, 0, cancel), 1));
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");
}

/// <summary>The incumbent answers the round's training prompts.</summary>
internal sealed class ResponsesStage(RunTables runs, RunLineage lineage) : IStage
{
    public string Name => "responses";

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (policy, _) = await lineage.Incumbent(run, round, cancel);
        var prompts = runs.Prompts(run.Id, Splits.Train, round, cancel);
        await foreach (var batch in GenerationBatches.Of(run, round, Purpose.Preference, policy, null, prompts, run.Recipe.Sampling.Samples))
        {
            yield return batch;
        }
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");
}

/// <summary>The round's policy answers the held-out prompts, scored under the starting policy too for KL, and those of the demo.</summary>
internal sealed class EvaluationResponsesStage(RunTables runs, RunLineage lineage) : IStage
{
    public string Name => "evaluation-responses";

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (policy, start) = (await lineage.Candidate(run, round, cancel), run.Row.StartPolicy);
        var batches = GenerationBatches
            .Of(run, round, Purpose.Evaluation, policy, start, runs.Prompts(run.Id, Splits.Evaluation, 0, cancel), run.Recipe.Evaluation.Samples)
            .Concat(GenerationBatches.Of(run, round, Purpose.Demo, policy, null, runs.Prompts(run.Id, Splits.Demo, 0, cancel), 1));
        await foreach (var batch in batches)
        {
            yield return batch;
        }
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");
}
