using Rlaif.Testing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Rlaif.Deployment.Tests;

/// <summary>A YAML value: a map, a list, a text, or nothing. What is not there is nothing, so that a wrong path fails an assertion.</summary>
internal readonly record struct Yaml(object? Value)
{
    /// <summary>All documents of a file, anchors and merge keys resolved.</summary>
    public static IReadOnlyList<Yaml> Read(string relative)
    {
        using var text = new StreamReader(Repository.Path(relative));
        var parser = new MergingParser(new Parser(text));
        var deserializer = new DeserializerBuilder().Build();
        var documents = new List<Yaml>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add(new(deserializer.Deserialize(parser)));
        }

        return documents;
    }

    public Yaml this[string key] => Map.GetValueOrDefault(key);

    public bool Exists => Value is not null;

    public string Text => Value as string ?? "";

    public IReadOnlyList<Yaml> Items => Value is List<object?> list ? [.. list.Select(item => new Yaml(item))] : [];

    public IReadOnlyList<string> Texts => [.. Items.Select(item => item.Text)];

    public IReadOnlyDictionary<string, Yaml> Map => Value is Dictionary<object, object?> map
        ? map.ToDictionary(entry => (string)entry.Key, entry => new Yaml(entry.Value))
        : new Dictionary<string, Yaml>();

    /// <summary>What a failed assertion shows.</summary>
    public override string ToString() => Value switch
    {
        null => "nothing",
        string text => text,
        _ => this["metadata"]["name"] is { Exists: true } name ? $"{this["kind"].Text} {name.Text}" : string.Join(", ", Map.Keys.Concat(Texts)),
    };

    /// <summary>As kustomize merges a strategic patch into a resource: maps by key, lists of named things by name, other lists replaced.</summary>
    public Yaml PatchedBy(Yaml patch)
    {
        if (patch.Value is Dictionary<object, object?> changes && Value is Dictionary<object, object?> map)
        {
            var all = new Dictionary<object, object?>(map);
            foreach (var (key, change) in changes)
            {
                if (change is null)
                {
                    all.Remove(key);        // null takes away
                }
                else
                {
                    all[key] = new Yaml(all.GetValueOrDefault(key)).PatchedBy(new(change)).Value;
                }
            }

            return new(all);
        }

        if (patch.Items is [{ Value: Dictionary<object, object?> }, ..] && Items is [{ Value: Dictionary<object, object?> }, ..])
        {
            var (ours, theirs) = (Items, patch.Items);
            var merged = ours.Select(item => item.PatchedBy(Named(theirs, item))).Concat(theirs.Where(item => !Named(ours, item).Exists));
            return new(merged.Select(item => item.Value).ToList());
        }

        return patch.Exists ? patch : this;
    }

    private static Yaml Named(IReadOnlyList<Yaml> items, Yaml like) => items.FirstOrDefault(item => item["name"].Text == like["name"].Text);
}
