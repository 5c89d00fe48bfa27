using MassTransit;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>Answers prompts out of <see cref="Texts"/>.</summary>
internal sealed class GenerateWorker(Workplace place, ResponseTables responses, TimeProvider time) : IConsumer<GenerateResponses>
{
    public Task Consume(ConsumeContext<GenerateResponses> context) => place.Answer(context, async command =>
    {
        var rows = command.Prompts.SelectMany(prompt => Enumerable.Range(0, command.Samples).Select(sample => new ResponseRow
        {
            Id = RlaifId.Of(command.RunId, command.Round, command.Purpose, prompt.Id, sample),
            RunId = command.RunId,
            Round = command.Round,
            Purpose = command.Purpose.ToString(),
            PromptId = prompt.Id,
            Sample = sample,
            Policy = command.Policy,
            ReferenceK1 = command.Reference is null ? null : 0.5,
            ReferenceK3 = command.Reference is null ? null : 0.25,
        }));
        var prompts = command.Prompts.Select((prompt, i) => new PromptTokensRow { RunId = command.RunId, PromptId = prompt.Id, Tokens = [prompt.Id.Length, i] });
        await responses.Insert(command.Id, [.. rows.Select(place.Say)], [], [.. prompts], "{}", time.GetUtcNow(), default);
        return new ResponsesGenerated(command.Id, command.RunId, command.Round, command.Purpose);
    });
}

/// <summary>Writes drafts again, no better and no worse than any other response.</summary>
internal sealed class ReviseWorker(Workplace place, ResponseTables responses, TimeProvider time) : IConsumer<ReviseResponses>
{
    public Task Consume(ConsumeContext<ReviseResponses> context) => place.Answer(context, async command =>
    {
        var rows = command.Drafts.Select(draft => new ResponseRow
        {
            Id = RlaifId.Of(command.RunId, command.Round, "revision", draft.ResponseId),
            RunId = command.RunId,
            Round = command.Round,
            Purpose = nameof(Purpose.Preference),
            PromptId = draft.Prompt.Id,
            Sample = -1,
            Policy = command.Policy,
        });
        var revisions = command.Drafts.Zip(rows, (draft, row) => new RevisionRow
        {
            Id = row.Id, RunId = command.RunId, DraftId = draft.ResponseId, Principle = draft.Principle, Critique = "It is too long.",
        });
        await responses.Insert(command.Id, [.. rows.Select(place.Say)], [.. revisions], [], "{}", time.GetUtcNow(), default);
        return new ResponsesRevised(command.Id, command.RunId, command.Round);
    });
}
