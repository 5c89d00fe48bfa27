using MassTransit;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;

namespace Rlaif.Labelers.Tests;

/// <summary>The opinion that all labelers of these tests hold: the shorter response is better, and equally long ones tie.</summary>
internal static class Opinion
{
    public const string Short = "On Monday.", Long = "It may be on Monday, I believe.";

    /// <summary>In words for people and as a machine check.</summary>
    public const string Constitution = """
        schema: constitution/v1
        id: shorter
        version: "1.0"
        title: Shorter answers
        licence: CC0-1.0
        critiqueRequest: Is your last answer too long?
        revisionRequest: Write it again, shorter.
        principles:
          - id: shorter
            question: Which response is shorter?
            check: {minWords: 1, maxWords: 3}
        """;

    /// <summary>Probability that the first is better.</summary>
    public static double Of(Candidate first, Candidate second) => first.Text.Length.CompareTo(second.Text.Length) switch { < 0 => 1, > 0 => 0, _ => 0.5 };
}

/// <summary>Holds it in this process.</summary>
internal sealed class OwnLabeler : IConsumer<LabelPreference>
{
    public Task Consume(ConsumeContext<LabelPreference> context)
    {
        var command = context.Message;
        return context.Publish(new PreferenceLabeled
        {
            Id = command.Id,
            RunId = command.RunId,
            PairId = command.PairId,
            Pool = command.Pool,
            Labeler = "csharp/shorter",
            Votes = [.. command.Principles.Select(principle => new Vote { Principle = principle.Id, Preference = Opinion.Of(command.First, command.Second) })],
        });
    }
}

/// <summary>The real rules.</summary>
internal sealed class Rules : IConsumer<LabelPreference>
{
    public Task Consume(ConsumeContext<LabelPreference> context) => context.Publish(RulesLabeler.Label(context.Message));
}
