using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer.Tests;

/// <summary>Responses of one prompt, and votes on them.</summary>
internal static class Siblings
{
    public static readonly Guid Run = RlaifId.Of("run"), Training = RlaifId.Of("training");

    public static readonly Constitution Constitution = Constitution.Parse(
        """
        schema: constitution/v1
        id: test
        version: "1"
        title: Test
        critiqueRequest: What is wrong?
        revisionRequest: Write it again.
        principles:
          - id: short
            question: Which is shorter?
          - id: kind
            question: Which is kinder?
        hardRules:
          - id: no-secret
            rule: The word is not said.
            check: {noRegex: secret}
        """,
        "test.yaml");

    public static AnsweredPrompt Of(string prompt, params string[] texts) => new(new(prompt, [new("user", "Hi?")]), [.. texts.Select(text => new Candidate(text, true))]);

    public static RolloutPairs Pairs(params AnsweredPrompt[] answered) => new(Run, Training, Constitution, 0.05, answered);

    public static IReadOnlyList<LabelPreference> Questions(RolloutPairs pairs, int attempt = 1) => pairs.Questions(attempt, DateTimeOffset.UnixEpoch);

    public static VoteRow Vote(LabelPreference question, double? preference, bool? consistent = true) => new()
    {
        PairId = question.PairId, Pool = question.Pool, Labeler = "judge/pairwise/m", Principle = question.Principles[0].Id, Preference = preference, OrderConsistent = preference is null ? null : consistent,
        Failure = preference is null ? nameof(FailureKind.Refusal) : null,
    };
}
