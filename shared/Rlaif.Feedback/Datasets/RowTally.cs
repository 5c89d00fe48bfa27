namespace Rlaif.Feedback.Datasets;

/// <summary>Rows, or parts of them, that were left out.</summary>
/// <param name="Reason">Follows "because".</param>
/// <param name="Count">How many.</param>
/// <param name="First">The first one's place.</param>
public sealed record SkippedRows(string Reason, int Count, string First);

/// <summary>What became of the rows of a file.</summary>
/// <param name="Rows">How many there are.</param>
/// <param name="Used">What is learnt from or scored: pairs, answers, prompts or texts.</param>
/// <param name="Skipped">What was left out, in the order in which reasons came up.</param>
public sealed record RowCounts(long Rows, long Used, IReadOnlyList<SkippedRows> Skipped);

/// <summary>Counts while a file is read.</summary>
public sealed class RowTally
{
    private readonly OrderedDictionary<string, SkippedRows> skipped = new(StringComparer.Ordinal);
    private long rows, used;

    public void Row() => rows++;

    public void Use() => used++;

    public void Skip(string reason, DatasetRow row) => skipped[reason] = skipped.TryGetValue(reason, out var before)
        ? before with { Count = before.Count + 1 } : new(reason, 1, $"{row.Unit} {row.Number}");

    public RowCounts Counts() => new(rows, used, [.. skipped.Values]);
}
