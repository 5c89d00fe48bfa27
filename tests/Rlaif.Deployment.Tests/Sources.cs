using System.Text.RegularExpressions;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

/// <summary>What the product's code says that it reads, serves and consumes.</summary>
internal static partial class Sources
{
    private static readonly IReadOnlyDictionary<string, string> Files = new[] { "services", "shared" }
        .SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories))
        .ToDictionary(file => Path.GetRelativePath(Repository.Path(""), file), File.ReadAllText);

    /// <summary>Names of the settings that code reads; of a secret both forms, itself and the file that holds it.</summary>
    public static IReadOnlySet<string> Settings()
    {
        var names = Files.Values.SelectMany(text => SettingName().Matches(text)).Select(match => match.Groups["name"].Value).ToHashSet();
        var constants = Files.Values.SelectMany(text => Constant().Matches(text))
            .ToLookup(match => match.Groups["of"].Value, match => match.Groups["name"].Value);
        var secrets = Files.Values.SelectMany(text => Secret().Matches(text)).SelectMany(match =>
            match.Groups["name"].Success ? [match.Groups["name"].Value] : constants[match.Groups["of"].Value]).ToList();
        names.UnionWith(secrets.Select(name => name + "_FILE"));
        return names;
    }

    /// <summary>Names of the services, each with the queues that it consumes.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Services() => Files
        .Where(file => file.Key.EndsWith("Service.cs", StringComparison.Ordinal) && Module().IsMatch(file.Value))
        .ToDictionary(file => Module().Match(file.Value).Groups["name"].Value, file => (IReadOnlyList<string>)Queues(file.Value));

    public static IReadOnlyList<string> HealthPaths() =>
        [.. Files.Values.SelectMany(text => HealthPath().Matches(text)).Select(match => match.Groups["path"].Value).Order()];

    public static bool Say(string folder, string text) =>
        Files.Any(file => file.Key.StartsWith(folder, StringComparison.Ordinal) && file.Value.Contains(text, StringComparison.Ordinal));

    /// <summary>How long a service that is told to stop may go on.</summary>
    public static int ShutdownSeconds() =>
        int.Parse(Files.Values.Select(text => ShutdownTimeout().Match(text)).Single(match => match.Success).Groups["seconds"].Value);

    private static List<string> Queues(string text) =>
    [
        .. Consumer().Matches(text).Select(match => "rlaif" + Capital().Replace(match.Groups["of"].Value, "-$0").ToLowerInvariant()),
        .. Labeler().Matches(text).Select(match => "label-" + match.Groups["pool"].Value),
    ];

    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [GeneratedRegex("\"(?<name>(RLAIF|OTEL)_[A-Z0-9_]+)\"", Plain)]
    private static partial Regex SettingName();

    [GeneratedRegex("const string (?<of>\\w+) = \"(?<name>RLAIF_[A-Z0-9_]+)\"", Plain)]
    private static partial Regex Constant();

    [GeneratedRegex("\\bSecret\\((\"(?<name>RLAIF_[A-Z0-9_]+)\"|(\\w+\\.)?(?<of>\\w+))\\)", Plain)]
    private static partial Regex Secret();

    [GeneratedRegex("ServiceModule Module = new\\(\\s*\"(?<name>[a-z-]+)\"", Plain)]
    private static partial Regex Module();

    [GeneratedRegex("\\bAdd(Consumer|Worker)<(?<of>\\w+)Consumer>", Plain)]
    private static partial Regex Consumer();

    [GeneratedRegex("\\bAddLabeler<\\w+>\\(\"(?<pool>[a-z-]+)\"", Plain)]
    private static partial Regex Labeler();

    [GeneratedRegex("MapHealthChecks\\(\"(?<path>[a-z/]+)\"", Plain)]
    private static partial Regex HealthPath();

    [GeneratedRegex("ShutdownTimeout = TimeSpan\\.FromSeconds\\((?<seconds>[0-9]+)\\)", Plain)]
    private static partial Regex ShutdownTimeout();

    [GeneratedRegex("[A-Z]", Plain)]
    private static partial Regex Capital();
}
