using MassTransit;
using Rlaif.Contracts;
using Rlaif.Generator.Endpoint;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Generator.Sampling;

/// <summary>Lets the policy criticise and rewrite a batch of its own drafts.</summary>
internal sealed class ReviseResponsesConsumer(
    ModelShelf models, RunTables runs, ResponseTables responses, RunGuard guard, TimeProvider time) : IConsumer<ReviseResponses>
{
    public Task Consume(ConsumeContext<ReviseResponses> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        return guard.Once(
            command.RunId,
            command.Id,
            () => Revise(command, cancel),
            () => context.Publish(new ResponsesRevised(command.Id, command.RunId, command.Round), cancel),
            cancel);
    }

    private async Task Revise(ReviseResponses command, CancellationToken cancel)
    {
        var numerics = Numerics.Of(Json.Read<Recipe>((await runs.Find(command.RunId, cancel))!.Recipe));
        var revised = await models.Use(command.Policy, numerics, (model, chat) => Generation.Of(command, model, chat, cancel), cancel);
        var ids = command.Drafts.Select(draft => RlaifId.Of(command.RunId, command.Round, "revision", draft.ResponseId)).ToList();
        var rows = revised.Select((one, i) => ResponseRows.Of(
            ids[i], command.RunId, command.Round, Purpose.Preference, command.Policy, command.Drafts[i].Prompt.Id, ResponseRows.Revision, one.Revision, null));
        var revisions = revised.Select((one, i) => new RevisionRow
        {
            Id = ids[i],
            RunId = command.RunId,
            DraftId = command.Drafts[i].ResponseId,
            Principle = command.Drafts[i].Principle,
            Critique = one.Critique,
        });
        var tokens = revised.Sum(one => one.Revision.Tokens.Length);
        Instruments.Sampled(tokens);
        await responses.Insert(command.Id, [.. rows], [.. revisions], [], Json.Of(new { tokens }), time.GetUtcNow(), cancel);
    }
}
