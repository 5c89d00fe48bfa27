using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;
using Rlaif.Judge.Tests;

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

    /// <summary>As a model that judges one response alone: yes to a short one and no to another, without a doubt.</summary>
    public static IResult OfModel(JsonNode body) =>
        StubEndpoint.Token((StubEndpoint.Question(body).Contains(Short, StringComparison.Ordinal) ? "Yes" : "No", 1));

    /// <summary>Probability that the first is better.</summary>
    public static double Of(Candidate first, Candidate second) => first.Text.Length.CompareTo(second.Text.Length) switch { < 0 => 1, > 0 => 0, _ => 0.5 };
}

/// <summary>The real rules.</summary>
internal sealed class Rules : IConsumer<LabelPreference>
{
    public Task Consume(ConsumeContext<LabelPreference> context) => context.Publish(RulesLabeler.Label(context.Message));
}
