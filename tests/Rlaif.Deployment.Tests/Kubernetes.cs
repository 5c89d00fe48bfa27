using System.Text.RegularExpressions;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

/// <summary>deploy/kubernetes: the base with its patches applied, and the example on top of it.</summary>
internal static class Kubernetes
{
    public const string BaseFolder = "deploy/kubernetes/base", ExampleFolder = "deploy/kubernetes/example";

    public static Yaml Base { get; } = Yaml.Read($"{BaseFolder}/kustomization.yaml").Single();

    public static Yaml Example { get; } = Yaml.Read($"{ExampleFolder}/kustomization.yaml").Single();

    /// <summary>Resources of the base as a cluster gets them. (`kubectl kustomize` builds the same; no test may depend on it being there.)</summary>
    public static IReadOnlyList<Yaml> Resources { get; } =
        [.. Base["resources"].Texts.SelectMany(file => Yaml.Read($"{BaseFolder}/{file}")).Select(Patched)];

    public static IReadOnlyDictionary<string, Yaml> Deployments { get; } = ByName("Deployment");

    /// <summary>Everything that runs a container of ours.</summary>
    public static IReadOnlyDictionary<string, Yaml> Running { get; } = Deployments.Concat(ByName("Job")).ToDictionary();

    public static IReadOnlyDictionary<string, Yaml> ByName(string kind) =>
        Resources.Where(one => one["kind"].Text == kind).ToDictionary(one => one["metadata"]["name"].Text);

    public static Yaml Pod(Yaml resource) => resource["spec"]["template"]["spec"];

    public static Yaml Container(Yaml resource) => Pod(resource)["containers"].Items.Single();

    public static IReadOnlyDictionary<string, Yaml> Environment(Yaml resource) =>
        Container(resource)["env"].Items.ToDictionary(one => one["name"].Text);

    /// <summary>Literals of a config map as base and example generate it together.</summary>
    public static IReadOnlyDictionary<string, string> Settings(string map) => Base["configMapGenerator"].Items
        .Concat(Example["configMapGenerator"].Items).Where(one => one["name"].Text == map).SelectMany(one => one["literals"].Texts)
        .Select(literal => literal.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Secrets that the example generates, each with the names of its files.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Secrets() => Example["secretGenerator"].Items
        .ToDictionary(one => one["name"].Text, one => (IReadOnlyList<string>)[.. one["files"].Texts.Select(file => Path.GetFileName(file)!)]);

    private static Yaml Patched(Yaml resource)
    {
        foreach (var patch in Base["patches"].Items.Where(patch =>
            Regex.IsMatch(resource["kind"].Text, $"^({patch["target"]["kind"].Text})$", RegexOptions.NonBacktracking)))
        {
            var (kind, metadata) = (resource["kind"], resource["metadata"]);
            var change = Yaml.Read($"{BaseFolder}/{patch["path"].Text}").Single();
            resource = resource.PatchedBy(new(new Dictionary<object, object?> { ["spec"] = change["spec"].Value }));
            Assert.Equal((kind, metadata), (resource["kind"], resource["metadata"]));
        }

        return resource;
    }
}
