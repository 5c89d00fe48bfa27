using Rlaif.Cli.Looking;
using Rlaif.Contracts;
using Spectre.Console;

namespace Rlaif.Cli.Labeling;

/// <summary>A pair on a terminal: the dialogue, both responses, the question. Nothing tells who wrote what.</summary>
internal static class PairView
{
    /// <summary>Below this width two columns are harder to read than one below the other.</summary>
    private const int Narrow = 80;

    public static void Write(IAnsiConsole console, BlindPair pair, int waiting)
    {
        console.WriteLine();
        console.Write(TerminalText.Plain($"Run {RlaifId.Short(pair.Command.RunId)} · {waiting} {(waiting == 1 ? "pair waits" : "pairs wait")}\n\n"));
        foreach (var turn in pair.Command.Prompt)
        {
            console.Write(TerminalText.Plain($"{turn.Role}: {turn.Content}\n"));
        }

        if (console.Profile.Width < Narrow)
        {
            console.Write(Table().AddColumn(Head("1")).AddRow(Response(pair.Left)));
            console.Write(Table().AddColumn(Head("2")).AddRow(Response(pair.Right)));
        }
        else
        {
            // Two borders, a line between, a space on both sides of each column.
            var width = (console.Profile.Width - 7) / 2;
            console.Write(Table().AddColumn(Head("1").Width(width)).AddColumn(Head("2").Width(width)).AddRow(Response(pair.Left), Response(pair.Right)));
        }
    }

    public static void WriteQuestion(IAnsiConsole console, BlindPair pair)
    {
        var count = pair.Command.Principles.Count;
        console.Write(TerminalText.Plain($"{(count > 1 ? $"{pair.Place} of {count}: " : "")}{pair.Asked!.Question}\n"));
    }

    private static Table Table() => new Table().Border(TableBorder.Rounded).Expand();

    private static TableColumn Head(string text) => new(new Text(text));

    private static Text Response(Candidate response) => TerminalText.Plain(response.Ended ? response.Text : response.Text + " … (cut off)");
}
