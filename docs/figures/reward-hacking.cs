#:package Microsoft.Data.Sqlite
#:package Dapper
#:property PublishAot=false
#:property NoWarn=$(NoWarn);MA0047

// The plots and the table of docs/reward-hacking.md, from the metrics of two homes with one run each:
//   dotnet run docs/figures/reward-hacking.cs -- HOME_WITHOUT_DEFENCES HOME_WITH_THEM OUT.svg

using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (without, with) = (Metrics.Read(args[0]), Metrics.Read(args[1]));
(string Name, string Title)[] panels =
[
    ("grpo/reward", "reward model: mean reward"), ("probe/rules_score", "rules: mean score"),
    ("probe/words_per_response", "words per response"), ("probe/kl_k3_nats_per_sequence", "KL to the start, nats"),
];

const int Width = 340, Height = 200, Left = 40, Top = 34, Gap = 28;
var svg = new StringBuilder();
svg.AppendLine($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2 * Width}\" height=\"{(2 * Height) + 30}\" font-family=\"sans-serif\" font-size=\"11\">");
svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
for (var i = 0; i < panels.Length; i++)
{
    Panel((i % 2) * Width, (i / 2) * Height, panels[i].Title, without[panels[i].Name], with[panels[i].Name]);
}

svg.AppendLine($"<text x=\"{Left}\" y=\"{(2 * Height) + 18}\"><tspan fill=\"#c0392b\">without defences</tspan>  <tspan fill=\"#2471a3\" dx=\"12\">with them</tspan>  <tspan dx=\"12\">over optimizer steps</tspan></text>");
svg.AppendLine("</svg>");
File.WriteAllText(args[2], svg.ToString().ReplaceLineEndings("\n"));

// Rewards of a step are told with the step, from 1; probes with the steps that are done.
var names = panels.Select(panel => panel.Name).Append("probe/distinct_2").ToArray();
Console.WriteLine($"| steps | {string.Join(" | ", names.Select(name => $"`{name}`"))} |");
foreach (var (run, metrics) in new[] { ("without", without), ("with", with) })
{
    foreach (var step in metrics["probe/rules_score"].Select(point => point.Step))
    {
        Console.WriteLine($"| {run} {step} | {string.Join(" | ", names.Select(name => Value(metrics[name], step)))} |");
    }
}

static string Value((int Step, double Value)[] points, int step) => points.Where(point => point.Step <= Math.Max(1, step)).Last().Value.ToString("0.000");

void Panel(int x, int y, string title, params (int Step, double Value)[][] lines)
{
    var all = lines.SelectMany(line => line).ToList();
    var (low, high, last) = (all.Min(point => point.Value), all.Max(point => point.Value), Math.Max(1, all.Max(point => point.Step)));
    var (right, bottom) = (x + Width - 12, y + Height - Gap);
    string At((int Step, double Value) point) => string.Create(CultureInfo.InvariantCulture,
        $"{x + Left + ((right - x - Left) * point.Step / (double)last):0.0},{bottom - ((bottom - y - Top) * (point.Value - low) / Math.Max(1e-9, high - low)):0.0}");
    svg.AppendLine($"<text x=\"{x + Left}\" y=\"{y + 22}\" font-weight=\"bold\">{title}</text>");
    svg.AppendLine($"<path d=\"M{x + Left},{y + Top}V{bottom}H{right}\" fill=\"none\" stroke=\"#888\"/>");
    svg.AppendLine($"<text x=\"{x + Left - 4}\" y=\"{y + Top + 4}\" text-anchor=\"end\">{high:0.##}</text><text x=\"{x + Left - 4}\" y=\"{bottom}\" text-anchor=\"end\">{low:0.##}</text>");
    svg.AppendLine($"<text x=\"{x + Left}\" y=\"{bottom + 14}\">0</text><text x=\"{right}\" y=\"{bottom + 14}\" text-anchor=\"end\">{last}</text>");
    foreach (var (line, colour) in lines.Zip(["#c0392b", "#2471a3"]))
    {
        svg.AppendLine($"<polyline points=\"{string.Join(' ', line.Select(At))}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"/>");
    }
}

internal static class Metrics
{
    /// <summary>Every metric of a home, by its name.</summary>
    public static Dictionary<string, (int Step, double Value)[]> Read(string home)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(home, "rlaif.db")};Mode=ReadOnly");
        return database.Query<(string Name, long Step, double Value)>("select name, step, value from metric order by name, step")
            .GroupBy(row => row.Name).ToDictionary(rows => rows.Key, rows => rows.Select(row => ((int)row.Step, row.Value)).ToArray());
    }
}
