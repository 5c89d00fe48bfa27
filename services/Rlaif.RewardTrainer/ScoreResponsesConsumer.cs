using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.RewardTrainer;

/// <summary>Scores stored responses with a reward model.</summary>
internal sealed class ScoreResponsesConsumer(
    RunTables runs, ResponseTables responses, EvaluationTables evaluations, ArtifactStore artifacts, RunGuard guard, TimeProvider time)
    : IConsumer<ScoreResponses>
{
    public Task Consume(ConsumeContext<ScoreResponses> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        return guard.Once(
            command.RunId,
            command.Id,
            () => Score(command, cancel),
            () => context.Publish(new ResponsesScored(command.Id, command.RunId, command.Round), cancel),
            cancel);
    }

    private async Task Score(ScoreResponses command, CancellationToken cancel)
    {
        var recipe = Json.Read<Recipe>((await runs.Find(command.RunId, cancel))!.Recipe);
        var prompts = await responses.PromptTokens(command.RunId, cancel);
        var rows = new List<ResponseRow>();
        foreach (var round in command.Rounds)
        {
            rows.AddRange(await responses.Of(command.RunId, command.Purpose.ToString(), round, cancel));
        }

        // A policy may answer nothing at all; there is no last token to score then.
        rows.RemoveAll(row => row.Tokens.Length == 0);
        var folder = await artifacts.Fetch(command.RewardModel, cancel);
        var (rewards, principles) = await TorchThread.RunBriefly(
            () =>
            {
                TorchRuntime.Use(Numerics.Of(recipe));
                TrainingExample[] answers = [.. rows.Select(row => new TrainingExample(prompts[row.PromptId], row.Tokens))];
                return RewardScores.Of(folder, answers, cancel);
            },
            cancel);
        var scores = rows.Select((row, i) => new ScoreRow
        {
            ResponseId = row.Id,
            RewardModel = command.RewardModel,
            RunId = command.RunId,
            Reward = rewards.Average(member => (double)member[i]),
            Members = rewards.Count == 1 ? null : [.. rewards.Select(member => (double)member[i])],
            Principles = principles.Count == 0 ? null : Json.Of(new SortedDictionary<string, double>(
                principles.ToDictionary(head => head.Key, head => (double)head.Value[i], StringComparer.Ordinal), StringComparer.Ordinal)),
        });
        await evaluations.Insert(command.Id, [.. scores], time.GetUtcNow(), cancel);
    }
}
