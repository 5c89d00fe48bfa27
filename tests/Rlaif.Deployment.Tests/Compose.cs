using System.Text.RegularExpressions;

namespace Rlaif.Deployment.Tests;

/// <summary>docker-compose.yml.</summary>
internal static partial class Compose
{
    public static Yaml File { get; } = Yaml.Read("docker-compose.yml").Single();

    public static IReadOnlyDictionary<string, Yaml> Services { get; } = File["services"].Map;

    /// <summary>Services that are ours, the one that prepares included.</summary>
    public static IReadOnlyDictionary<string, Yaml> Ours { get; } =
        Services.Where(service => service.Value["command"].Texts is ["serve", ..]).ToDictionary();

    /// <summary>Those that stay.</summary>
    public static IReadOnlyDictionary<string, Yaml> Serving { get; } =
        Ours.Where(service => service.Value["command"].Texts is not ["serve", "--prepare"]).ToDictionary();

    /// <summary>Variables that the file takes from .env: each name with what follows it, a default or what is said when it is missing.</summary>
    public static ILookup<string, string> Variables { get; } = Variable()
        .Matches(System.IO.File.ReadAllText(Testing.Repository.Path("docker-compose.yml")))
        .ToLookup(match => match.Groups["name"].Value, match => match.Groups["rest"].Value);

    [GeneratedRegex(@"\$\{(?<name>[A-Z0-9_]+)(?<rest>[^}]*)\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
