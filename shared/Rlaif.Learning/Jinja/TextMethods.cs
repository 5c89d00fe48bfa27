using System.Numerics;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>The methods of a text.</summary>
internal static class TextMethods
{
    private delegate object? Method(string text, BoundArguments given, Sandbox sandbox);

    private static readonly Dictionary<string, (string[] Parameters, Method Body)> All = new(StringComparer.Ordinal)
    {
        ["strip"] = (["chars"], (text, given, _) => PythonText.Strip(text, given.Text(0))),
        ["lstrip"] = (["chars"], (text, given, _) => PythonText.StripStart(text, given.Text(0))),
        ["rstrip"] = (["chars"], (text, given, _) => PythonText.StripEnd(text, given.Text(0))),
        ["split"] = (["sep", "maxsplit"], (text, given, _) => TextSplits.Split(text, given.Text(0), given.Int(1, -1))),
        ["rsplit"] = (["sep", "maxsplit"], (text, given, _) => TextSplits.SplitFromEnd(text, given.Text(0), given.Int(1, -1))),
        ["splitlines"] = (["keepends"], (text, given, _) => TextSplits.Lines(text, given.Flag(0))),
        ["partition"] = (["sep"], (text, given, _) => TextSplits.Partition(text, given.RequiredText(0), fromEnd: false)),
        ["rpartition"] = (["sep"], (text, given, _) => TextSplits.Partition(text, given.RequiredText(0), fromEnd: true)),
        ["upper"] = ([], (text, _, _) => text.ToUpperInvariant()),
        ["lower"] = ([], (text, _, _) => text.ToLowerInvariant()),
        ["title"] = ([], (text, _, _) => PythonText.Title(text)),
        ["capitalize"] = ([], (text, _, _) => PythonText.Capitalize(text)),
        ["startswith"] = (["prefix"], (text, given, _) => Affixes(given).Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal))),
        ["endswith"] = (["suffix"], (text, given, _) => Affixes(given).Any(suffix => text.EndsWith(suffix, StringComparison.Ordinal))),
        ["removeprefix"] = (["prefix"], (text, given, _) =>
            given.RequiredText(0) is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text),
        ["removesuffix"] = (["suffix"], (text, given, _) =>
            given.RequiredText(0) is var suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text),
        ["replace"] = (["old", "new", "count"], (text, given, sandbox) =>
            Replace(text, given.RequiredText(0), given.RequiredText(1), given.Int(2, -1), sandbox)),
        ["find"] = (["sub"], (text, given, _) => (BigInteger)Place(text, text.IndexOf(given.RequiredText(0), StringComparison.Ordinal))),
        ["rfind"] = (["sub"], (text, given, _) => (BigInteger)Place(text, text.LastIndexOf(given.RequiredText(0), StringComparison.Ordinal))),
        ["index"] = (["sub"], (text, given, _) => text.IndexOf(given.RequiredText(0), StringComparison.Ordinal) is >= 0 and var found
            ? (BigInteger)Place(text, found)
            : throw new JinjaError("substring not found")),
        ["count"] = (["sub"], (text, given, _) => (BigInteger)Count(text, given.RequiredText(0))),
        ["join"] = (["iterable"], Join),
        ["zfill"] = (["width"], (text, given, sandbox) => ZeroFilled(text, given.Int(0, 0), sandbox)),
        ["ljust"] = (["width", "fillchar"], (text, given, sandbox) => Padded(text, 0, Missing(text, given.Int(0, 0)), given.Text(1, " "), sandbox)),
        ["rjust"] = (["width", "fillchar"], (text, given, sandbox) => Padded(text, Missing(text, given.Int(0, 0)), 0, given.Text(1, " "), sandbox)),
        ["center"] = (["width", "fillchar"], (text, given, sandbox) => Centered(text, given.Int(0, 0), given.Text(1, " "), sandbox)),
        ["isdigit"] = ([], (text, _, _) => PythonText.All(text, Rune.IsDigit)),
        ["isalpha"] = ([], (text, _, _) => PythonText.All(text, Rune.IsLetter)),
        ["isalnum"] = ([], (text, _, _) => PythonText.All(text, Rune.IsLetterOrDigit)),
        ["isspace"] = ([], (text, _, _) => PythonText.All(text, rune => rune.IsBmp && PythonText.IsSpace((char)rune.Value))),
        ["isupper"] = ([], (text, _, _) => PythonText.IsUpper(text)),
        ["islower"] = ([], (text, _, _) => PythonText.IsLower(text)),
    };

    public static Callable? Find(string text, string name, Sandbox sandbox) =>
        name == "format" ? new(name, given => BraceFormat.Of(text, given, sandbox))
        : !All.TryGetValue(name, out var method) ? null
        : new(name, given =>
        {
            sandbox.Spend(text.Length);
            var result = method.Body(text, given.Bind(name, method.Parameters), sandbox);
            sandbox.Spend(result switch { string made => made.Length, List<object?> items => items.Count * (long)Sandbox.Item, _ => 0 });
            return result;
        });

    public static string Replace(string text, string old, string with, int count, Sandbox sandbox)
    {
        sandbox.Spend(text.Length, 1 + (old.Length / 16));
        sandbox.Spend(count < 0 ? Count(text, old) : Math.Min(count, Count(text, old)), with.Length);
        if (count < 0 && old.Length > 0)
        {
            return text.Replace(old, with, StringComparison.Ordinal);
        }

        List<object?> parts = old.Length > 0 ? TextSplits.Split(text, old, count) : ["", .. PythonText.Characters(text), ""];
        return count < 0 || old.Length > 0 ? string.Join(with, parts)
            : string.Join(with, parts.Take(count + 1)) + string.Concat(parts.Skip(count + 1));
    }

    public static string Centered(string text, int width, string fill, Sandbox sandbox)
    {
        // An odd space goes to the left of a text of odd width only, as in CPython.
        var missing = Missing(text, width);
        var left = (missing / 2) + (missing & width & 1);
        return Padded(text, left, missing - left, fill, sandbox);
    }

    private static string Join(string separator, BoundArguments given, Sandbox sandbox)
    {
        var items = Kinds.Items(given.Value(0), sandbox);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i] as string ?? throw new JinjaError($"sequence item {i}: expected str instance, {Kinds.Name(items[i])} found");
            sandbox.Spend((long)item.Length + separator.Length);
        }

        return string.Join(separator, items);
    }

    private static IEnumerable<string> Affixes(BoundArguments given) => given.Value(0) is object?[] several
        ? several.Select(item => item as string ?? throw new JinjaError("a tuple of str is needed"))
        : [given.RequiredText(0)];

    private static int Place(string text, int index) => index < 0 ? -1 : PythonText.Length(text[..index]);

    private static int Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return PythonText.Length(text) + 1;
        }

        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static int Missing(string text, int width) => Math.Max(0, width - PythonText.Length(text));

    private static string Padded(string text, int left, int right, string fill, Sandbox sandbox)
    {
        sandbox.Spend((long)left + right);
        return PythonText.Length(fill) == 1 ? string.Concat(Enumerable.Repeat(fill, left)) + text + string.Concat(Enumerable.Repeat(fill, right))
            : throw new JinjaError("The fill character must be exactly one character long");
    }

    private static string ZeroFilled(string text, int width, Sandbox sandbox)
    {
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + Padded(text[sign..], Missing(text, width), 0, "0", sandbox);
    }
}
