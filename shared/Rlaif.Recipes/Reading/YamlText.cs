using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rlaif.Recipes.Reading;

/// <summary>YAML text as nodes that know their line.</summary>
internal static class YamlText
{
    // A recipe nests four levels. The library reads nodes recursively: a text of brackets alone would end the process.
    private const int MaxDepth = 32;

    private static readonly string Required = string.Join(", ", Setting.Of(typeof(Recipe)).Where(s => s.Required).Select(s => s.Key));

    /// <summary>The settings of a recipe: one document, one mapping.</summary>
    public static YamlMappingNode Read(string yaml, string path)
    {
        try
        {
            return Documents(yaml) switch
            {
                [] => throw new InputException($"{path} is empty; a recipe names at least {Required}."),
                [{ RootNode: YamlMappingNode settings }] => settings,
                [_] => throw new InputException($"{path} is not a recipe: it holds no settings of the form key: value."),
                var many => throw new InputException($"{path} holds {many.Count} YAML documents; a recipe is one."),
            };
        }
        catch (YamlException wrong)
        {
            throw new InputException($"{path}, line {wrong.Start.Line} is not YAML: {Reason(wrong)}", wrong);
        }
    }

    /// <summary>A value that is written like YAML (a quote or a bracket first), or the text as it stands.</summary>
    /// <exception cref="YamlException">It begins like YAML and is none.</exception>
    public static YamlNode Value(string text) =>
        text is ['[' or '{' or '"' or '\'', ..] && Documents(text) is [{ RootNode: var node }] ? node : new YamlScalarNode(text);

    private static IList<YamlDocument> Documents(string yaml)
    {
        var depth = 0;
        var events = new Parser(new StringReader(yaml));
        try
        {
            while (events.MoveNext())
            {
                depth += events.Current!.NestingIncrease;
                if (depth > MaxDepth)
                {
                    throw new YamlException(events.Current.Start, events.Current.End, $"more than {MaxDepth} levels.");
                }
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            // The scanner meets some malformed texts with exceptions of its own insides.
            var mark = events.Current?.End ?? default;
            throw new YamlException(mark, mark, "it cannot be scanned past this line.", fault);
        }
    }

    private static string Reason(YamlException wrong)
    {
        var reason = wrong.Message.ReplaceLineEndings(" ");
        return reason.EndsWith('.') ? reason : reason + ".";
    }
}
