using System.Text.RegularExpressions;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

public partial class SettingsTests
{
    private static readonly IReadOnlySet<string> Read = Sources.Settings();

    private static readonly IReadOnlyCollection<Match> Table = TableRow().Matches(File.ReadAllText(Repository.Path("docs/deployment.md")));

    // What the runtime and the C library read stands in the sources of neither.
    private static readonly HashSet<string> Set = Dockerfile.Environment.Keys.Where(name => name != "GLIBC_TUNABLES" && !name.StartsWith("DOTNET_", StringComparison.Ordinal))
        .Concat(Compose.Ours.Values.SelectMany(service => service["environment"].Map.Keys))
        .Concat(Kubernetes.RunningOnBucket.Values.SelectMany(one => Kubernetes.Environment(one).Keys))
        .Concat(Kubernetes.Settings("rlaif").Keys)
        .Concat(Compose.Variables.Select(variable => variable.Key).Where(name => name.StartsWith("RLAIF_", StringComparison.Ordinal)))
        .ToHashSet();

    [Fact]
    public void Every_setting_that_a_file_sets_is_read() => Assert.Empty(Set.Except(Read));

    [Fact]
    public void Every_setting_that_a_service_reads_is_set_by_a_file()
    {
        var clients = Table.Where(row => row.Groups["reader"].Value.Trim() == "command line").SelectMany(row => Names(row.Groups["names"].Value));
        Assert.Empty(Read.Select(Itself).Except(Set.Select(Itself)).Except(clients));
    }

    [Fact]
    public void The_table_lists_what_is_read_and_nothing_else()
    {
        var listed = Table.SelectMany(row => Names(row.Groups["names"].Value)).ToList();
        Assert.Distinct(listed);
        Assert.Empty(Read.Except(listed));
        Assert.Empty(listed.Except(Read));
    }

    [Fact]
    public void The_command_line_knows_how_to_serve_and_to_prepare() =>
        Assert.True(Sources.Say("services/Rlaif.Cli", "\"serve\"") && Sources.Say("services/Rlaif.Cli", "\"--prepare\""));

    [Fact]
    public void No_file_holds_a_secret()
    {
        foreach (var file in Files())
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotMatch(PasswordInAddress(), text);
            Assert.DoesNotMatch(PasswordInConnection(), text);
            Assert.All(SecretValue().Matches(text), match => Assert.Matches(Reference(), match.Groups["value"].Value));
        }
    }

    [Fact]
    public void A_password_has_no_default_unless_nothing_needs_it() => Assert.All(
        Compose.Variables.Where(variable => SecretName().IsMatch(variable.Key) && variable.Key is not ("RLAIF_JUDGE_KEY" or "RLAIF_S3_KEY" or "RLAIF_S3_SECRET")),
        variable => Assert.All(variable, rest => Assert.StartsWith(":?", rest, StringComparison.Ordinal)));

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Repository.Path("deploy"), "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/secrets/", StringComparison.Ordinal))
        .Concat(["docker-compose.yml", ".env.example", "docs/deployment.md"]).Select(Repository.Path);

    // A secret may be set as itself or as a file.
    private static string Itself(string name) => name.EndsWith("_FILE", StringComparison.Ordinal) ? name[..^"_FILE".Length] : name;

    private static IEnumerable<string> Names(string cell) => Name().Matches(cell).Select(match => match.Value);

    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"^\| (?<names>`(RLAIF|OTEL)_[^|]+)\|(?<meaning>[^|]+)\|(?<default>[^|]+)\|(?<reader>[^|]+)\|$", Plain | RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("(RLAIF|OTEL)_[A-Z0-9_]+", Plain)]
    private static partial Regex Name();

    [GeneratedRegex("PASS|TOKEN|KEY|SECRET", Plain)]
    private static partial Regex SecretName();

    [GeneratedRegex("://[^/@ \n]+:[^/@ \n]+@", Plain)]
    private static partial Regex PasswordInAddress();

    // Nothing, a variable, the path of a file, or an ellipsis.
    [GeneratedRegex("^$|^\\$\\{|^/|^\\.\\.\\.$", Plain)]
    private static partial Regex Reference();

    [GeneratedRegex("(?i)\\bpassword=", Plain)]
    private static partial Regex PasswordInConnection();

    [GeneratedRegex("\\b[A-Z0-9_]*(PASS|PASSWORD|TOKEN|KEY|SECRET)(_FILE)?(=|: +)(?<value>[^\\s]*)", Plain)]
    private static partial Regex SecretValue();
}
