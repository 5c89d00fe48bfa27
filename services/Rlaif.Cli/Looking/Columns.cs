using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary>Tables as every view draws them: a line under the headers, numbers to the right, no markup in cells.</summary>
internal static class Columns
{
    /// <param name="headers">A header that begins with <c>&gt;</c> is that of a column of numbers.</param>
    public static Table Of(params IReadOnlyList<string> headers)
    {
        var table = new Table { Border = TableBorder.Minimal };
        foreach (var header in headers)
        {
            var column = new TableColumn(new Text(header.TrimStart('>'), Style.Plain)) { NoWrap = true };
            table.AddColumn(header.StartsWith('>') ? column.RightAligned() : column);
        }

        return table;
    }

    public static Table Add(this Table table, params IReadOnlyList<string> cells) =>
        table.AddRow(cells.Select(cell => new Text(TerminalText.Line(cell))));
}
