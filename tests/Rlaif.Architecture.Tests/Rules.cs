using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rlaif.Testing;

namespace Rlaif.Architecture.Tests;

public partial class Rules
{
    private static readonly string Root = Repository.Path("");

    private static readonly string[] Services = ["Coordinator", "Generator", "Judge", "RewardTrainer", "PolicyOptimizer", "Evaluator"];

    // Who may refer to whom: DESIGN section 2.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["Recipes"] = [],
        ["Feedback"] = ["Contracts", "Recipes"],
        ["Learning"] = ["Recipes"],
        ["Storage"] = ["Contracts"],
        ["Hosting"] = ["Contracts", "Recipes", "Storage"],
        ["Coordinator"] = ["Contracts", "Recipes", "Storage", "Hosting", "Feedback"],
        ["Judge"] = ["Contracts", "Recipes", "Storage", "Hosting", "Feedback"],
        ["Evaluator"] = ["Contracts", "Recipes", "Storage", "Hosting", "Feedback"],
        ["Generator"] = ["Contracts", "Recipes", "Storage", "Hosting", "Feedback", "Learning"],
        ["RewardTrainer"] = ["Contracts", "Recipes", "Storage", "Hosting", "Learning"],
        ["PolicyOptimizer"] = ["Contracts", "Recipes", "Storage", "Hosting", "Feedback", "Learning"],
        ["Cli"] = ["Contracts", "Recipes", "Storage", "Hosting", "Feedback", "Learning", .. Services],
    };

    [Fact]
    public void Every_project_refers_only_to_those_that_it_may()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "shared"), "*.csproj", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(Root, "services"), "*.csproj", SearchOption.AllDirectories)).ToList();
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Select(Short).Order(StringComparer.Ordinal));
        Assert.All(projects, project =>
        {
            var references = XDocument.Load(project).Descendants("ProjectReference").Select(one => Short(((string)one.Attribute("Include")!).Replace('\\', '/')));
            Assert.Empty(references.Except(Allowed[Short(project)], StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Tensors_stay_where_models_are() =>
        Assert.Empty(Offenders(TensorUse(), "Learning", "Generator", "RewardTrainer", "PolicyOptimizer", "Cli"));

    [Fact]
    public void Sql_stays_in_storage() => Assert.Empty(Offenders(SqlText(), "Storage"));

    [Fact]
    public void The_bus_stays_in_services_and_hosting() => Assert.Empty(Offenders(BusUse(), ["Hosting", "Contracts", "Cli", .. Services]));

    [Fact]
    public void Paths_have_at_most_four_parts() => Assert.DoesNotContain(Code(), file => file.Split('/').Length > 4);

    [Fact]
    public void Files_are_short()
    {
        var lengths = Code().Select(file => (File: file, Lines: File.ReadLines(Path.Combine(Root, file)).Count())).OrderBy(one => one.Lines).ToList();
        Assert.DoesNotContain(lengths, one => one.Lines > 400);
        Assert.InRange(lengths[lengths.Count / 2].Lines, 20, 90);
        Assert.InRange(lengths[lengths.Count * 95 / 100].Lines, 0, 200);
    }

    [Fact]
    public void No_name_says_nothing() =>
        Assert.DoesNotContain(Code(), file => EmptyWord().IsMatch(Path.GetFileNameWithoutExtension(file)));

    [Fact]
    public void A_service_begins_in_a_short_program() => Assert.All(
        Services, service => Assert.InRange(File.ReadLines(Path.Combine(Root, "services", $"Rlaif.{service}", "Program.cs")).Count(), 1, 25));

    private static IEnumerable<string> Offenders(Regex pattern, params string[] allowed) =>
        Code().Where(file => (file.StartsWith("services/", StringComparison.Ordinal) || file.StartsWith("shared/", StringComparison.Ordinal))
            && !allowed.Contains(file.Split('/')[1]["Rlaif.".Length..], StringComparer.Ordinal) && pattern.IsMatch(File.ReadAllText(Path.Combine(Root, file))));

    private static IEnumerable<string> Code() => new[] { "services", "shared", "tests" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'));

    private static string Short(string project) => Path.GetFileNameWithoutExtension(project)["Rlaif.".Length..];

    [GeneratedRegex(@"\busing (static )?TorchSharp|\btorch\.", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TensorUse();

    [GeneratedRegex(@"\b(select .+ from|insert into|update \w+ set|delete from) ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SqlText();

    [GeneratedRegex(@"\b(IBus|ConsumeContext|IPublishEndpoint)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BusUse();

    [GeneratedRegex("Manager|Helper|Util|Processor|Base$|Common", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex EmptyWord();
}
