using System.Text.RegularExpressions;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

/// <summary>deploy/kubernetes: the base with its patches applied, and the example on top of it.</summary>
internal static class Kubernetes
{
    public const string BaseFolder = "deploy/kubernetes/base", ExampleFolder = "deploy/kubernetes/example", BucketFolder = "deploy/kubernetes/s3";

    public static Yaml Base { get; } = Yaml.Read($"{BaseFolder}/kustomization.yaml").Single();

    public static Yaml Example { get; } = Yaml.Read($"{ExampleFolder}/kustomization.yaml").Single();

    /// <summary>The component that an overlay may take in: artifacts in a bucket.</summary>
    public static Yaml Bucket { get; } = Yaml.Read($"{BucketFolder}/kustomization.yaml").Single();

    /// <summary>Resources of the base as a cluster gets them. (`kubectl kustomize` builds the same; no test may depend on it being there.)</summary>
    public static IReadOnlyList<Yaml> Resources { get; } =
        [.. Base["resources"].Texts.SelectMany(file => Yaml.Read($"{BaseFolder}/{file}")).Select(one => Patched(one, Base, BaseFolder))];

    public static IReadOnlyDictionary<string, Yaml> Deployments { get; } = ByName("Deployment");

    /// <summary>Everything that runs a container of ours.</summary>
    public static IReadOnlyDictionary<string, Yaml> Running { get; } = Deployments.Concat(ByName("Job")).ToDictionary();

    /// <summary>What runs when artifacts are in a bucket.</summary>
    public static IReadOnlyDictionary<string, Yaml> RunningOnBucket { get; } =
        Running.ToDictionary(one => one.Key, one => Patched(one.Value, Bucket, BucketFolder));

    public static IReadOnlyDictionary<string, Yaml> ByName(string kind) =>
        Resources.Where(one => one["kind"].Text == kind).ToDictionary(one => one["metadata"]["name"].Text);

    public static Yaml Pod(Yaml resource) => resource["spec"]["template"]["spec"];

    public static Yaml Container(Yaml resource) => Pod(resource)["containers"].Items.Single();

    public static IReadOnlyDictionary<string, Yaml> Environment(Yaml resource) =>
        Container(resource)["env"].Items.ToDictionary(one => one["name"].Text);

    /// <summary>Literals of a config map as base, example and bucket generate it together.</summary>
    public static IReadOnlyDictionary<string, string> Settings(string map) => Base["configMapGenerator"].Items
        .Concat(Example["configMapGenerator"].Items).Concat(Bucket["configMapGenerator"].Items).Where(one => one["name"].Text == map).SelectMany(one => one["literals"].Texts)
        .Select(literal => literal.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Secrets that example and bucket generate, each with the names of its files.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Secrets() => Example["secretGenerator"].Items.Concat(Bucket["secretGenerator"].Items)
        .ToDictionary(one => one["name"].Text, one => (IReadOnlyList<string>)[.. one["files"].Texts.Select(file => Path.GetFileName(file)!)]);

    private static Yaml Patched(Yaml resource, Yaml kustomization, string folder)
    {
        foreach (var patch in kustomization["patches"].Items.Where(patch => patch["target"].Exists &&
            Regex.IsMatch(resource["kind"].Text, $"^({patch["target"]["kind"].Text})$", RegexOptions.NonBacktracking)))
        {
            var (kind, metadata) = (resource["kind"], resource["metadata"]);
            var change = Yaml.Read($"{folder}/{patch["path"].Text}").Single();
            resource = resource.PatchedBy(new(new Dictionary<object, object?> { ["spec"] = change["spec"].Value }));
            Assert.Equal((kind, metadata), (resource["kind"], resource["metadata"]));
        }

        return resource;
    }
}
