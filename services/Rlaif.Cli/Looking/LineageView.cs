using Rlaif.Contracts;
using Rlaif.Coordinator.Looking;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary><c>rlaif explain CHECKPOINT</c>: which labels, by whom, under which principle, made this.</summary>
internal static class LineageView
{
    public static void Write(IAnsiConsole console, LineageReport lineage)
    {
        var made = lineage.Steps[0];
        var promoted = lineage.Promoted switch { true => "promoted", false => "not promoted", null => "not evaluated" };
        var run = $"{RlaifId.Short(lineage.RunId)} ({TerminalText.Line(lineage.Recipe)})";
        console.Write(TerminalText.Plain(
            $"{made.Kind} {Shown.Hash(made.Artifact)} · round {made.Round} of run {run} · {promoted}\n"
            + $"weights {made.WeightsSha256}\n"
            + $"constitution {lineage.ConstitutionSha256}\n"
            + $"seed {lineage.Seed}\n\nMade by\n"));
        console.Write(Steps(lineage));
        console.Write(TerminalText.Plain("\nJudgements in its data and of its samples\n"));
        console.Write(Judgements(lineage));
        console.Write(TerminalText.Plain("Every pair with its responses, votes and hashes: rlaif explain --json\n"));
    }

    private static Table Steps(LineageReport lineage)
    {
        var table = Columns.Of(">round", "stage", "artifact", "from", "data", ">pairs", ">revisions");
        foreach (var step in lineage.Steps)
        {
            table.Add(
                $"{step.Round}", step.Stage, Shown.Hash(step.Artifact), Shown.Hash(step.StartArtifact), Shown.Hash(step.DataArtifact),
                $"{step.Pairs.Count}", $"{step.Revisions.Count}");
        }

        return table.Add("", "start policy", Shown.Hash(lineage.StartPolicy), "", "", "", "");
    }

    private static Table Judgements(LineageReport lineage)
    {
        var table = Columns.Of("labeler", "principle", ">preferences", ">ties", ">n/a", ">failures");
        var votes = lineage.Steps.SelectMany(step => step.Pairs.Concat(step.Revisions.Select(revision => revision.Pair).OfType<LineagePair>()))
            .DistinctBy(pair => pair.Id).SelectMany(pair => pair.Judgements).Concat(lineage.Steps.SelectMany(step => step.Rollouts).SelectMany(pair => pair.Judgements))
            .GroupBy(vote => (vote.Labeler, vote.Principle)).OrderBy(group => group.Key.Labeler, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Principle, StringComparer.Ordinal);
        foreach (var group in votes)
        {
            table.Add(
                group.Key.Labeler,
                group.Key.Principle,
                $"{group.Count(vote => vote.Preference is not null and not 0.5)}",
                $"{group.Count(vote => vote.Preference == 0.5)}",
                $"{group.Count(vote => vote.NotApplicable)}",
                $"{group.Count(vote => vote.Failure is not null)}");
        }

        return table;
    }
}
