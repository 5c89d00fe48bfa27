using YamlDotNet.RepresentationModel;

namespace Rlaif.Recipes.Reading;

/// <summary>A recipe's nodes, where each came from, and what is wrong with them.</summary>
/// <param name="path">The file; null: there is none, and all is set by <c>--set</c>.</param>
/// <param name="root">Its settings.</param>
internal sealed class RecipeDocument(string? path, YamlMappingNode root)
{
    private const int MaxLines = 6;

    private readonly Dictionary<YamlNode, string> overridden = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, YamlNode> nodes = new(StringComparer.Ordinal);
    private readonly List<(long Line, string Setting, string Text)> errors = [];

    public YamlMappingNode Root { get; } = root;

    /// <summary>Where relative paths of the file start.</summary>
    public string Folder { get; } = path is null ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(path))!;

    public string ExampleOfOverride => path is null ? "batch=16" : "rounds=3";

    /// <summary>Marks a node as set by <c>--set</c>.</summary>
    public void Override(YamlNode node, string setting) => overridden[node] = setting;

    public bool IsOverride(YamlNode node) => overridden.ContainsKey(node);

    /// <summary>Remembers which node a setting was read from.</summary>
    public void Place(string setting, YamlNode node) => nodes[setting] = node;

    public bool Names(string setting) => nodes.ContainsKey(setting);

    /// <summary>Takes some of the root's settings out, as a group of their own.</summary>
    public YamlMappingNode TakeOut(IReadOnlyList<Setting> settings)
    {
        var taken = Root.Children.Where(child => child.Key is YamlScalarNode key && settings.Any(setting => setting.Key == key.Value)).ToList();
        taken.ForEach(child => Root.Children.Remove(child.Key));
        return new(taken);
    }

    /// <summary>Adds an error about a setting: <paramref name="what"/> follows its name.</summary>
    public void Wrong(string setting, YamlNode node, string what)
    {
        var named = Written.Short(setting);
        var where = !overridden.TryGetValue(node, out var set) ? path is null ? named : $"{path}, line {node.Start.Line}: {named}"
            : set == setting ? $"--set {named}"
            : $"--set {Written.Short(set)}: {named}";
        errors.Add((set is null ? node.Start.Line : long.MaxValue, setting, $"{where} {what}"));
    }

    /// <summary>Adds an error about a setting that was read, or about the whole recipe when it was not; nothing if it is known to be wrong.</summary>
    public void Wrong(string setting, string what)
    {
        // Rules write group.key; settings that stand in no group begin with the dot.
        setting = setting.TrimStart('.');
        if (!errors.Exists(e => e.Setting == setting || e.Setting.StartsWith(setting + ".", StringComparison.Ordinal)))
        {
            Wrong(setting, nodes.GetValueOrDefault(setting, Root), what);
        }
    }

    /// <summary>Adds an error about an override that cannot be applied.</summary>
    public void WrongOverride(string setting, string what) => errors.Add((long.MaxValue, "", $"--set {Written.Short(setting)}{what}"));

    public void ThrowIfWrong()
    {
        if (errors.Count == 0)
        {
            return;
        }

        // The last line is the count, so there is room for five errors, or for four and how many more.
        var ordered = errors.OrderBy(e => e.Line).Select(e => e.Text).ToList();
        IEnumerable<string> lines = ordered.Count < MaxLines ? ordered : [.. ordered.Take(MaxLines - 2), $"and {ordered.Count - MaxLines + 2} more"];
        var count = ordered.Count == 1 ? "1 error" : $"{ordered.Count} errors";
        throw new InputException(string.Join('\n', [.. lines, $"{count}; nothing was started."]));
    }
}
