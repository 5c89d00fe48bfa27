using MassTransit;
using Rlaif.Contracts;
using Rlaif.Generator.Endpoint;
using Rlaif.Hosting;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Generator.Sampling;

/// <summary>Samples a batch of responses.</summary>
internal sealed class GenerateResponsesConsumer(
    ModelShelf models, RunTables runs, ResponseTables responses, RunGuard guard, TimeProvider time) : IConsumer<GenerateResponses>
{
    public Task Consume(ConsumeContext<GenerateResponses> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        return guard.Once(
            command.RunId,
            command.Id,
            () => Generate(command, cancel),
            () => context.Publish(new ResponsesGenerated(command.Id, command.RunId, command.Round, command.Purpose), cancel),
            cancel);
    }

    private async Task Generate(GenerateResponses command, CancellationToken cancel)
    {
        var numerics = Numerics.Of(Json.Read<Recipe>((await runs.Find(command.RunId, cancel))!.Recipe));
        var generated = await models.Use(command.Policy, numerics, (model, chat) => Generation.Of(command, model, chat, cancel), cancel);
        var reference = command.Reference is null ? null : await models.Use(
            command.Reference,
            numerics,
            (model, _) => SequenceLogProbs.Of(model, [.. generated.Select(one => new TrainingExample(one.Prompt, one.Tokens))], cancel),
            cancel);
        var rows = generated.Select((one, row) =>
        {
            var (prompt, sample) = (command.Prompts[row / command.Samples].Id, row % command.Samples);
            var id = RlaifId.Of(command.RunId, command.Round, command.Purpose, prompt, sample);
            return ResponseRows.Of(id, command.RunId, command.Round, command.Purpose, command.Policy, prompt, sample, one, reference?[row]);
        });
        var prompts = command.Prompts.Select((prompt, i) =>
            new PromptTokensRow { RunId = command.RunId, PromptId = prompt.Id, Tokens = generated[i * command.Samples].Prompt });
        var tokens = generated.Sum(one => one.Tokens.Length);
        Instruments.Sampled(tokens);
        await responses.Insert(command.Id, [.. rows], [], [.. prompts], Json.Of(new { tokens }), time.GetUtcNow(), cancel);
    }
}
