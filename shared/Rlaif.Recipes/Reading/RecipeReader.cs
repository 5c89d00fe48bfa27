using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rlaif.Recipes.Reading;

/// <summary>Nodes to records. What is wrong is noted in the document and left at its default, so that one reading finds every error.</summary>
internal sealed class RecipeReader(RecipeDocument document)
{
    /// <summary>A record from a mapping; an empty value is a group in which nothing is named.</summary>
    /// <param name="beside">Settings that a user may name beside those of the record, for the hint in an error.</param>
    public object Record(Type type, YamlNode node, string path, IReadOnlyList<Setting>? beside = null)
    {
        var record = Activator.CreateInstance(type)!;
        var settings = Setting.Of(type);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in Entries(node, path, "a group of settings"))
        {
            var setting = settings.FirstOrDefault(s => s.Key == key.Value);
            var full = Join(path, key.Value!);
            document.Place(full, value);
            named.Add(key.Value!);
            if (setting is null)
            {
                document.Wrong(full, key, Unknown(key.Value!, [.. settings, .. beside ?? []]));
            }
            else if (Value(setting, setting.Type, value, full) is { } read)
            {
                setting.Property.SetValue(record, read);
            }
        }

        foreach (var missing in settings.Where(s => s.Required && !named.Contains(s.Key)))
        {
            document.Wrong(Join(path, missing.Key), node, "is missing and has no default.");
        }

        return record;
    }

    private object? Value(Setting setting, Type declared, YamlNode node, string path)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string) || type.IsPrimitive)
        {
            return node is not YamlScalarNode scalar ? Wrong(path, node, $"is a {Kind(node)}; it must be {setting.Allowed}.")
                : IsNull(scalar) ? setting.Nullable ? null : Wrong(path, node, $"is empty; it must be {setting.Allowed}.")
                : type == typeof(string) ? Text(setting, scalar, path)
                : type == typeof(bool) ? Flag(scalar, path)
                : Number(setting, type, scalar, path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return type.GetGenericArguments()[1] == typeof(string) ? Map<string>(setting, node, path) : Map<double>(setting, node, path);
        }

        return !type.IsGenericType ? Record(type, node, path) : IsNull(node) && setting.Nullable ? null : List(setting, type.GetGenericArguments()[0], node, path);
    }

    // Sorted: two recipes that say the same are stored as the same bytes.
    private SortedDictionary<string, T> Map<T>(Setting setting, YamlNode node, string path)
    {
        var map = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (key, value) in Entries(node, path, "a group of names and values"))
        {
            document.Place(Join(path, key.Value!), value);
            if (Value(setting, typeof(T), value, Join(path, key.Value!)) is T read)
            {
                map[key.Value!] = read;
            }
        }

        return map;
    }

    private Array? List(Setting setting, Type element, YamlNode node, string path)
    {
        if (node is not YamlSequenceNode sequence)
        {
            Wrong(path, node, $"is {(node is YamlMappingNode ? "a group" : "one value")}; it must be a list, each entry after a hyphen.");
            return null;
        }

        var list = Array.CreateInstance(element, sequence.Children.Count);
        for (var i = 0; i < list.Length; i++)
        {
            document.Place($"{path}.{i}", sequence.Children[i]);
            list.SetValue(Value(setting with { Nullable = false }, element, sequence.Children[i], $"{path}.{i}"), i);
        }

        return list;
    }

    private object? Text(Setting setting, YamlScalarNode node, string path)
    {
        var text = node.Value!;
        var wrong = $"is {Written.Short(text)}; it must be {setting.Allowed}";
        return text.Length == 0 || text.Any(char.IsControl) ? Wrong(path, node, $"{wrong} on one line.")
            : setting.Words?.Contains(text, StringComparer.Ordinal) == false ? Wrong(path, node, $"{wrong}.")
            : setting.IsPath ? Path.GetFullPath(text, document.IsOverride(node) ? Environment.CurrentDirectory : document.Folder)
            : text;
    }

    private object? Flag(YamlScalarNode node, string path) => (IsPlain(node), node.Value) switch
    {
        (true, "true") => true,
        (true, "false") => false,
        _ => Wrong(path, node, $"is {Quoted(node)}; it must be true or false."),
    };

    private object? Number(Setting setting, Type type, YamlScalarNode node, string path)
    {
        var whole = type == typeof(int);
        if (!IsPlain(node)
            || !double.TryParse(node.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || double.IsNaN(value)
            || (whole && Math.Floor(value) != value))
        {
            return Wrong(path, node, $"is {Quoted(node)}; it must be {(whole ? "a whole number, " : "a number, ")}{setting.Allowed}.");
        }

        return setting.Range is { } range && (value < range.Low || value > range.High)
            ? Wrong(path, node, $"is {Written.Short(node.Value!)}; it must be {setting.Allowed}.")
            : whole ? (object)(int)value : value;
    }

    private IEnumerable<(YamlScalarNode Key, YamlNode Value)> Entries(YamlNode node, string path, string expected)
    {
        if (node is not YamlMappingNode mapping)
        {
            if (node is not YamlScalarNode scalar || !IsNull(scalar))
            {
                Wrong(path, node, $"is {(node is YamlScalarNode one ? Quoted(one) : "a list")}; it must be {expected}.");
            }

            yield break;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: not null } word)
            {
                yield return (word, value);
            }
            else
            {
                Wrong(path.Length == 0 ? "the recipe" : path, key, $"has a {Kind(key)} where a key belongs.");
            }
        }
    }

    private static string Unknown(string key, IReadOnlyList<Setting> settings) =>
        Nearest.Of(key, settings.Select(s => s.Key)) is { } near && settings.First(s => s.Key == near) is { } meant
            ? $"is not a setting; did you mean {near}{(meant.Range is null && meant.Words is null ? "" : $" ({meant.Allowed})")}?"
            : $"is not a setting; here are {string.Join(", ", settings.Select(s => s.Key))}.";

    private object? Wrong(string path, YamlNode node, string what)
    {
        document.Wrong(path, node, what);
        return null;
    }

    // Any: made by an override, not parsed.
    private static bool IsPlain(YamlScalarNode node) => node.Style is ScalarStyle.Plain or ScalarStyle.Any;

    private static bool IsNull(YamlNode node) => node is YamlScalarNode scalar && IsPlain(scalar) && scalar.Value is null or "" or "~" or "null";

    private static string Quoted(YamlScalarNode node) =>
        IsPlain(node) ? Written.Short(node.Value ?? "") : $"the text \"{Written.Short(node.Value ?? "")}\"";

    private static string Kind(YamlNode node) => node switch { YamlMappingNode => "group", YamlSequenceNode => "list", _ => "value" };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
