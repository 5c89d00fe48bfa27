using System.Numerics;

namespace Rlaif.Learning.Jinja;

internal delegate object? Filter(object? value, BoundArguments given, Interpreter run);

/// <summary>What may stand behind <c>|</c>, by name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, (string[] Parameters, Filter Body)> All = new(StringComparer.Ordinal)
    {
        ["default"] = (["default_value", "boolean"], Default),
        ["d"] = (["default_value", "boolean"], Default),
        ["length"] = ([], (value, _, _) => (BigInteger)Kinds.Length(value)),
        ["count"] = ([], (value, _, _) => (BigInteger)Kinds.Length(value)),
        ["string"] = ([], (value, _, run) => Printing.Text(value, run.Sandbox)),
        // Nothing is escaped here, so safe text is text.
        ["safe"] = ([], (value, _, run) => Printing.Text(value, run.Sandbox)),
        ["int"] = (["default"], NumberFilters.Int),
        ["float"] = (["default"], NumberFilters.Float),
        ["round"] = (["precision"], NumberFilters.Round),
        ["abs"] = ([], NumberFilters.Abs),
        ["tojson"] = (["ensure_ascii", "indent", "separators", "sort_keys"], ToJson),

        ["trim"] = (["chars"], OnText((text, given, _) => PythonText.Strip(text, given.Text(0)))),
        ["upper"] = ([], OnText((text, _, _) => text.ToUpperInvariant())),
        ["lower"] = ([], OnText((text, _, _) => text.ToLowerInvariant())),
        ["capitalize"] = ([], OnText((text, _, _) => PythonText.Capitalize(text))),
        ["title"] = ([], OnText((text, _, _) => TextFilters.Title(text))),
        ["replace"] = (["old", "new", "count"], OnText((text, given, sandbox) =>
            TextMethods.Replace(text, given.RequiredText(0), given.RequiredText(1), given.Int(2, -1), sandbox))),
        ["e"] = ([], OnText((text, _, _) => TextFilters.Escape(text))),
        ["escape"] = ([], OnText((text, _, _) => TextFilters.Escape(text))),
        ["urlencode"] = ([], OnText((text, _, _) => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal))),
        ["wordcount"] = ([], OnText((text, _, _) => TextFilters.WordCount(text))),
        ["truncate"] = (["length", "killwords", "end", "leeway"], OnText(TextFilters.Truncate)),
        ["center"] = (["width"], OnText((text, given, sandbox) => TextMethods.Centered(text, given.Int(0, 80), " ", sandbox))),
        ["indent"] = (["width", "first", "blank"], OnText(TextFilters.Indent)),

        ["list"] = ([], (value, _, run) => ItemFilters.List(value, run)),
        ["items"] = ([], ItemFilters.Items),
        ["dictsort"] = (["case_sensitive", "by", "reverse"], ItemFilters.DictSort),
        ["join"] = (["d", "attribute"], ItemFilters.Join),
        ["first"] = ([], ItemFilters.First),
        ["last"] = ([], ItemFilters.Last),
        ["reverse"] = ([], ItemFilters.Reverse),
        ["sort"] = (["reverse", "case_sensitive", "attribute"], ItemFilters.Sort),
        ["unique"] = (["case_sensitive", "attribute"], ItemFilters.Unique),
        ["min"] = (["case_sensitive", "attribute"], (value, given, run) => ItemFilters.Extreme(value, given, run, sign: -1)),
        ["max"] = (["case_sensitive", "attribute"], (value, given, run) => ItemFilters.Extreme(value, given, run, sign: 1)),
        ["sum"] = (["attribute", "start"], ItemFilters.Sum),
        ["groupby"] = (["attribute"], ItemFilters.GroupBy),
        ["batch"] = (["linecount", "fill_with"], ItemFilters.Batch),
        ["slice"] = (["slices", "fill_with"], ItemFilters.Slice),
    };

    public static object? Apply(string name, object? value, Arguments given, Interpreter run)
    {
        switch (name)
        {
            case "map":
                return ItemFilters.Map(value, given, run);
            case "select" or "reject":
                return ItemFilters.Select(value, given, run, keeps: name == "select");
            case "selectattr" or "rejectattr":
                return ItemFilters.SelectAttribute(value, given, run, keeps: name == "selectattr");
            case "format":
                return PercentFormat.Of(Printing.Text(value, run.Sandbox), given.Positional.ToArray(), run.Sandbox);
            default:
                var filter = All.TryGetValue(name, out var found) ? found : throw new JinjaError($"No filter named '{name}'.");
                return filter.Body(value, given.Bind(name, filter.Parameters), run);
        }
    }

    private static Filter OnText(Func<string, BoundArguments, Sandbox, object> body) => (value, given, run) =>
    {
        var text = Printing.Text(value, run.Sandbox);
        run.Sandbox.Spend(text.Length);
        var result = body(text, given, run.Sandbox);
        run.Sandbox.Spend(result is string made ? made.Length : 0);
        return result;
    };

    private static object? Default(object? value, BoundArguments given, Interpreter run) =>
        value is Undefined || (given.Flag(1) && !Kinds.IsTrue(value)) ? given.Value(0, "") : value;

    private static string ToJson(object? value, BoundArguments given, Interpreter run)
    {
        var indent = given.Value(1) switch { null => null, string text => text, _ => new string(' ', Math.Clamp(given.Int(1, 0), 0, 100)) };
        var separators = given.Value(2) as IReadOnlyList<object?>;
        var (item, key) = separators is [string first, string second] ? (first, second) : (indent is null ? ", " : ",", ": ");
        return run.Sandbox.Made(new JsonText(indent, item, key, asciiOnly: given.Flag(0), sortKeys: given.Flag(3), run.Sandbox).Of(value));
    }
}
