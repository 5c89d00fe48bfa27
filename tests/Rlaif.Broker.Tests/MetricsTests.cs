using System.Text.Json;
using System.Text.RegularExpressions;
using Rlaif.Testing;

namespace Rlaif.Broker.Tests;

[Trait("Speed", "slow")]
public partial class MetricsTests(Servers servers)
{
    private static readonly IReadOnlyList<string> Queries =
        [.. Texts(JsonDocument.Parse(File.ReadAllText(Repository.Path("deploy/grafana/rlaif.json"))).RootElement, "expr")];

    [Fact]
    public async Task Our_own_metrics_are_all_there()
    {
        var exposed = Exposed((await servers.Run).Metrics);
        string[] ours =
        [
            "rlaif_judgements_total", "rlaif_labels_total", "rlaif_tokens_total", "rlaif_judge_calls_total", "rlaif_commands_open",
            "rlaif_command_age_seconds", "rlaif_training_step", "rlaif_runs", "rlaif_parked_messages",
        ];
        Assert.Empty(ours.Except(exposed.Keys));
        Assert.Empty(exposed.Keys.Where(name => name.StartsWith("rlaif_", StringComparison.Ordinal)).Except(ours));
    }

    [Theory]
    [InlineData("rlaif_tokens_total", "kind", "sampled,trained")]
    [InlineData("rlaif_labels_total", "pool", "judge,rules,patched")]
    [InlineData("rlaif_judgements_total", "outcome", "preference,tie")]
    [InlineData("rlaif_runs", "state", "going_on")]
    public async Task Every_kind_is_counted(string metric, string label, string values)
    {
        var metrics = (await servers.Run).Metrics;
        Assert.All(values.Split(','), value => Assert.Matches($"(?m)^{metric}\\{{[^}}]*{label}=\"{value}\"[^}}]*\\}} [1-9]", metrics));
    }

    [Fact]
    public async Task The_dashboard_asks_for_nothing_that_is_not_exposed()
    {
        var exposed = Exposed((await servers.Run).Metrics);
        Assert.NotEmpty(Queries);
        Assert.All(Queries, query =>
        {
            // What is grouped by are labels, even those that begin like a name.
            var names = Name().Matches(Grouping().Replace(query, "")).Select(match => match.Value).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.Contains(name, exposed.Keys));
            var labels = Label().Matches(query).Select(match => match.Groups["one"].Value)
                .Concat(Grouping().Matches(query).SelectMany(match => match.Groups["some"].Value.Split(',', StringSplitOptions.TrimEntries)));
            Assert.All(labels, label => Assert.Contains(label, names.SelectMany(name => exposed[name])));
        });
    }

    /// <summary>Names with their labels.</summary>
    private static Dictionary<string, HashSet<string>> Exposed(string metrics)
    {
        var exposed = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var line in Sample().Matches(metrics).ToList())
        {
            var labels = exposed.TryGetValue(line.Groups["name"].Value, out var known) ? known : exposed[line.Groups["name"].Value] = [];
            labels.UnionWith(Label().Matches(line.Groups["labels"].Value).Select(match => match.Groups["one"].Value));
        }

        return exposed;
    }

    private static IEnumerable<string> Texts(JsonElement element, string named) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == named && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!] : Texts(member.Value, named)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Texts(item, named)),
        _ => [],
    };

    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [GeneratedRegex("^(?<name>[a-z][a-z0-9_]*)(\\{(?<labels>[^\n]*)\\})? [^ \n]+", Plain | RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("\\b(rlaif|messaging|db|http|dotnet|process)_[a-z0-9_]+", Plain)]
    private static partial Regex Name();

    [GeneratedRegex("(?<one>[a-z_]+)(=|=~|!=|!~)\"", Plain)]
    private static partial Regex Label();

    [GeneratedRegex("by \\((?<some>[a-z_, ]+)\\)", Plain)]
    private static partial Regex Grouping();
}
