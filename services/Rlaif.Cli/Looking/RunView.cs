using Rlaif.Contracts;
using Rlaif.Coordinator.Looking;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary><c>rlaif show RUN</c>: what a run did, stage by stage.</summary>
internal static class RunView
{
    public static void Write(IAnsiConsole console, RunReport run)
    {
        console.Write(TerminalText.Plain(
            $"{run.Name} · run {RlaifId.Short(run.Id)} · seed {run.Seed} · started {Shown.Time(run.CreatedAt)} UTC · {run.State}\n"
            + $"start policy {Shown.Hash(run.StartPolicy)} · constitution {Shown.Hash(run.ConstitutionSha256)}"
            + (run.FinalPolicy is null ? "" : $" · final policy {Shown.Hash(run.FinalPolicy)}") + "\n"));
        Section(console, "Stages", Stages(run));
        Section(console, "Metrics, first and last step", Metrics(run));
        Section(console, "Pairs", Pairs(run));
        Section(console, "Judgements", Judgements(run));
        Section(console, "Checkpoints", Checkpoints(run));
        foreach (var evaluation in run.Evaluations)
        {
            console.WriteLine();
            EvaluationTable.Write(console, evaluation.Figures, $"Evaluation of round {evaluation.Round}");
        }
    }

    private static void Section(IAnsiConsole console, string title, Table table)
    {
        if (table.Rows.Count > 0)
        {
            console.WriteLine();
            console.WriteLine(title, new Style(decoration: Decoration.Bold));
            console.Write(table);
        }
    }

    private static Table Stages(RunReport run)
    {
        var table = Columns.Of(">round", "stage", ">done", ">of", ">seconds", "note");
        foreach (var stage in run.Stages)
        {
            table.Add($"{stage.Round}", stage.Name, $"{stage.Done}", $"{stage.Total}", Shown.Seconds(stage.Seconds), stage.Note ?? "");
        }

        return table;
    }

    private static Table Metrics(RunReport run)
    {
        var table = Columns.Of(">round", "stage", "metric", ">steps", ">first", ">last");
        foreach (var metric in run.Metrics)
        {
            table.Add($"{metric.Round}", metric.Stage, metric.Name, $"{metric.Steps}", Shown.Metric(metric.First), Shown.Metric(metric.Last));
        }

        return table;
    }

    private static Table Pairs(RunReport run)
    {
        var table = Columns.Of(">round", "purpose", ">pairs", ">settled", ">kept", "dropped");
        foreach (var pair in run.Pairs)
        {
            var dropped = run.Dropped.Where(drop => (drop.Round, drop.Purpose) == (pair.Round, pair.Purpose));
            var reasons = string.Join(", ", dropped.Select(drop => $"{drop.Pairs} {drop.Reason}"));
            table.Add($"{pair.Round}", Word(pair.Purpose), $"{pair.Pairs}", $"{pair.Settled}", $"{pair.Kept}", reasons);
        }

        return table;
    }

    private static Table Judgements(RunReport run)
    {
        var table = Columns.Of("labeler", "purpose", ">labels", ">declined", ">preferences", ">n/a", "failures", ">calls");
        foreach (var labeler in run.Labelers)
        {
            table.Add(
                labeler.Labeler,
                Word(labeler.Purpose),
                $"{labeler.Labels}",
                $"{labeler.Declined}",
                $"{labeler.Preferences}",
                $"{labeler.NotApplicable}",
                string.Join(", ", labeler.Failures.Select(failure => $"{failure.Value} {failure.Key}")),
                $"{labeler.Calls}");
        }

        return table;
    }

    private static Table Checkpoints(RunReport run)
    {
        var table = Columns.Of(">round", "kind", "artifact", "weights", "from", "data");
        foreach (var made in run.Checkpoints)
        {
            table.Add(
                $"{made.Round}",
                made.Kind,
                Shown.Hash(made.Artifact),
                Shown.Hash(made.WeightsSha256),
                Shown.Hash(made.StartArtifact),
                Shown.Hash(made.DataArtifact));
        }

        return table;
    }

    private static string Word(string purpose) => purpose.ToLowerInvariant();
}
