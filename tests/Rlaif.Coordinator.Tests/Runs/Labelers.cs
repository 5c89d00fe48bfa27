using MassTransit;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>The real rules.</summary>
internal sealed class RulesWorker(Workplace place) : IConsumer<LabelPreference>
{
    public Task Consume(ConsumeContext<LabelPreference> context) =>
        place.Answer(context, command => Task.FromResult<object>(RulesLabeler.Label(command)));
}

/// <summary>A judge that always prefers the first place, and declines every fourth pair.</summary>
internal sealed class JudgeWorker(Workplace place) : IConsumer<LabelPreference>
{
    public const string Name = "judge/pairwise/first";

    public Task Consume(ConsumeContext<LabelPreference> context) => place.Answer(context, command => Task.FromResult<object>(
        RlaifId.Seed(command.PairId) % 4 == 0
            ? new PreferenceDeclined(command.Id, command.RunId, command.PairId, command.Pool, Name, FailureKind.Timeout, "No answer.")
            : new PreferenceLabeled
            {
                Id = command.Id,
                RunId = command.RunId,
                PairId = command.PairId,
                Pool = command.Pool,
                Labeler = Name,
                Votes = [.. command.Principles.Select(principle => new Vote { Principle = principle.Id, Preference = 1, PositionBias = 3, OrderConsistent = true })],
                Calls = 2,
            }));
}
