using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rlaif.Recipes.Reading;

/// <summary>One <c>--set key=value</c>: replaces a node, or adds it with the groups that it stands in.</summary>
internal static class RecipeOverride
{
    public static void Apply(RecipeDocument document, string text)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } setting, var written])
        {
            document.WrongOverride(text, $" names no value; write it as key=value, for example {document.ExampleOfOverride}.");
            return;
        }

        YamlNode value;
        try
        {
            value = YamlText.Value(written);
        }
        catch (YamlException)
        {
            document.WrongOverride(setting, $" is {Written.Short(written)}, which begins like YAML and is none.");
            return;
        }

        Mark(document, value, setting);
        Put(document, setting.Split('.'), setting, value);
    }

    private static void Put(RecipeDocument document, string[] keys, string setting, YamlNode value)
    {
        YamlNode at = document.Root;
        for (var i = 0; i < keys.Length; i++)
        {
            var last = i == keys.Length - 1;
            switch (at)
            {
                case YamlMappingNode group:
                    var key = group.Children.Keys.OfType<YamlScalarNode>().FirstOrDefault(k => k.Value == keys[i]) ?? new YamlScalarNode(keys[i]);
                    if (last || !group.Children.TryGetValue(key, out var below) || below is YamlScalarNode { Value: null or "" or "~" or "null" })
                    {
                        below = last ? value : Mark(document, new YamlMappingNode(), setting);
                        group.Children.Remove(key);
                        group.Children.Add(Mark(document, new YamlScalarNode(keys[i]), setting), below);
                    }

                    at = below;
                    break;
                case YamlSequenceNode list when int.TryParse(keys[i], out var index) && index >= 0 && index < list.Children.Count:
                    at = last ? list.Children[index] = value : list.Children[index];
                    break;
                case YamlSequenceNode list:
                    var entries = $"{list.Children.Count} entries, counted from 0";
                    document.WrongOverride(setting, $": {Joined(keys[..i])} has {entries}; {Joined([keys[i]])} is none of them.");
                    return;
                default:
                    document.WrongOverride(setting, $": {Joined(keys[..i])} is a value; it has no {Joined([keys[i]])}.");
                    return;
            }
        }
    }

    private static string Joined(string[] keys) => Written.Short(string.Join('.', keys));

    private static YamlNode Mark(RecipeDocument document, YamlNode node, string setting)
    {
        foreach (var part in node.AllNodes)
        {
            document.Override(part, setting);
        }

        return node;
    }
}
