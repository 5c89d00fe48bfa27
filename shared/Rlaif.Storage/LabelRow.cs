using Rlaif.Contracts;

namespace Rlaif.Storage;

/// <summary>A label as it is stored.</summary>
internal sealed record LabelRow(
    Guid Id, Guid RunId, Guid PairId, string Pool, string Labeler, int Calls, string? PromptSha256, string? Declined, DateTimeOffset LabeledAt,
    IReadOnlyList<LabelRow.VotePart> Votes)
{
    public static LabelRow Of(PreferenceLabeled label, string? declined, DateTimeOffset at) => new(
        label.Id, label.RunId, label.PairId, label.Pool, StoredText.Of(label.Labeler), label.Calls, label.PromptSha256,
        declined is null ? null : StoredText.Of(declined), at,
        [.. label.Votes.Select(vote => new VotePart(
            label.Id, vote.Principle, vote.Preference, vote.PositionBias, vote.OrderConsistent, vote.NotApplicable, vote.Failure?.ToString(),
            vote.Detail is null ? null : StoredText.Of(vote.Detail)))]);

    /// <summary>One of its votes.</summary>
    internal sealed record VotePart(
        Guid LabelId, string Principle, double? Preference, double? PositionBias, bool? OrderConsistent, bool NotApplicable, string? Failure, string? Detail);
}
