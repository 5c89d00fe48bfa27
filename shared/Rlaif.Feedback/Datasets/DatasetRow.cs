using System.Text.Json;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Datasets;

/// <summary>One row of a data file.</summary>
/// <param name="File">As the user named it.</param>
/// <param name="Unit">What it is counted in: line or row.</param>
/// <param name="Number">From 1.</param>
/// <param name="Json">Its columns.</param>
public sealed record DatasetRow(string File, string Unit, long Number, JsonElement Json)
{
    /// <summary>For errors.</summary>
    public string Place => $"{File}, {Unit} {Number}";

    /// <summary>The error that <paramref name="what"/> is wrong here.</summary>
    public InputException Wrong(string what, Exception? cause = null) => cause is null ? new($"{Place}: {what}") : new($"{Place}: {what}", cause);
}

/// <summary>A row that nothing can be learnt from, though it has the right shape: it is left out and counted.</summary>
/// <param name="reason">Follows "because"; the same for all rows of its kind.</param>
public sealed class UnusableRowException(string reason) : Exception(reason);
