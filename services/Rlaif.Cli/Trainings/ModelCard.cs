using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Rlaif.Cli.Looking;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Training;

namespace Rlaif.Cli.Trainings;

/// <summary>README.md of a trained model: what it was made from and how, and what came of it.</summary>
internal static class ModelCard
{
    private const int LastSteps = 10;

    /// <param name="request">The training.</param>
    /// <param name="facts">Its facts, as the manifest has them.</param>
    /// <param name="rows">Of its data.</param>
    /// <param name="metrics">Of all steps.</param>
    /// <param name="heldOut">Figures on held-out data before and after; empty: there are none.</param>
    /// <param name="command">As it was typed.</param>
    public static string Of(
        TrainRequest request, JsonObject facts, PreparedRows rows, IReadOnlyList<TrainingMetric> metrics, IReadOnlyList<HeldOutFigure> heldOut, string command)
    {
        var card = new StringBuilder();
        var algorithm = request.Training.Algorithm;
        card.Append(CultureInfo.InvariantCulture, $"---\nlibrary_name: transformers\ntags: [rlaif, {algorithm}]\n---\n\n");
        card.Append(CultureInfo.InvariantCulture, $"# {Text(Path.GetFileName(request.Out.TrimEnd('/')))}\n\n");
        card.Append(request.IsRewardModel ? "A reward model" : "A policy");
        card.Append(CultureInfo.InvariantCulture, $", trained by `rlaif train {algorithm}` from {Code(facts["model"]!["name"]!.ToString())}.\n\n## Made from\n\n| | name | SHA-256 |\n|---|---|---|\n");
        foreach (var (name, what) in new[] { ("model", "start"), ("reference", "reference"), ("rewardModel", "reward model"), ("constitution", "constitution"), ("data", "data"), ("evaluationData", "held-out data") })
        {
            if (facts[name] is JsonObject content)
            {
                card.Append(CultureInfo.InvariantCulture, $"| {what} | {Code(content["name"]!.ToString())} | `{content["sha256"]}` |\n");
            }
        }

        Rows(card, "", request.Examples, rows.Data);
        Rows(card, "Held out: ", request.Examples, rows.HeldOut);
        card.Append(CultureInfo.InvariantCulture, $"\n## How\n\n```\n{Fenced(command)}\n```\n\n| setting | |\n|---|---|\n");
        card.Append(CultureInfo.InvariantCulture, $"| seed | {request.Seed} |\n");
        foreach (var (name, value) in Flat("", facts["numerics"]!.AsObject()).Concat(Flat("", facts["settings"]!.AsObject())))
        {
            card.Append(CultureInfo.InvariantCulture, $"| {name} | {Text(value)} |\n");
        }

        card.Append("\nThe same command on the same kind of machine ends in the same bytes; `manifest.json` has the hash of every file that it makes again: `.safetensors`, `.json`, `.jsonl`.\n");
        Figures(card, metrics);
        HeldOut(card, heldOut);
        return card.ToString();
    }

    private static void Rows(StringBuilder card, string which, string examples, RowCounts? counts)
    {
        if (counts is not null)
        {
            card.Append(CultureInfo.InvariantCulture, $"\n{which}{counts.Rows} rows, {counts.Used} {examples} used.\n");
        }

        foreach (var skipped in counts?.Skipped ?? [])
        {
            card.Append(CultureInfo.InvariantCulture, $"- {skipped.Count} left out because {Text(skipped.Reason)} (first: {skipped.First})\n");
        }
    }

    private static void Figures(StringBuilder card, IReadOnlyList<TrainingMetric> metrics)
    {
        var steps = metrics.Max(metric => metric.Step);
        var last = Math.Min(LastSteps, steps);
        card.Append(CultureInfo.InvariantCulture, $"\n## Figures\n\n{steps} steps; every one is in `metrics.jsonl`, drawn in `curves.html`.\n\n| metric | first step | mean of the last {last} |\n|---|--:|--:|\n");
        foreach (var metric in metrics.GroupBy(metric => metric.Name, StringComparer.Ordinal))
        {
            var ends = metric.Where(one => one.Step > steps - last).ToList();
            card.Append(CultureInfo.InvariantCulture, $"| {Text(metric.Key)} | {Shown.Metric(metric.First().Value)} | {(ends.Count == 0 ? "-" : Shown.Metric(ends.Average(one => one.Value)))} |\n");
        }
    }

    private static void HeldOut(StringBuilder card, IReadOnlyList<HeldOutFigure> heldOut)
    {
        if (heldOut.Count == 0)
        {
            return;
        }

        card.Append("\n## On held-out data\n\n| metric | before | after |\n|---|--:|--:|\n");
        foreach (var figure in heldOut)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {Text(figure.Name)} | {Shown.Metric(figure.Before)} | {Shown.Metric(figure.After)} |\n");
        }
    }

    private static IEnumerable<(string Name, string Value)> Flat(string group, JsonObject settings) => settings.SelectMany(setting => setting.Value switch
    {
        JsonObject inner => Flat($"{group}{setting.Key}.", inner),
        var value => [($"{group}{setting.Key}", value?.ToString() ?? "")],
    });

    // Names of files and principles are anybody's: no markup, no line of their own.
    private static string Text(string text) => string.Concat(TerminalText.Line(text).Select(c => c is '\\' or '|' or '<' or '>' or '`' or '*' or '_' or '[' or ']' or '#' ? $"\\{c}" : $"{c}"));

    private static string Code(string text) => $"`{TerminalText.Line(text).Replace('`', '\'').Replace('|', '/')}`";

    private static string Fenced(string text) => TerminalText.Line(text, int.MaxValue).Replace("```", "'''", StringComparison.Ordinal);
}

/// <summary>One figure on data that nothing was learnt from.</summary>
internal sealed record HeldOutFigure(string Name, double Before, double After);
