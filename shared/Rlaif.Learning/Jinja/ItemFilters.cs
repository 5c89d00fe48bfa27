using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>Filters on lists and mappings. Where Jinja2 hands out an iterator these hand out a list.</summary>
internal static class ItemFilters
{
    public static List<object?> List(object? value, Interpreter run) => run.Sandbox.Made(Kinds.Items(value, run.Sandbox).ToList());

    public static object? Items(object? value, BoundArguments given, Interpreter run) => value switch
    {
        Mapping map => Pairs(map, run),
        Undefined => new List<object?>(),
        _ => throw new JinjaError("Can only get item pairs from a mapping."),
    };

    public static object? DictSort(object? value, BoundArguments given, Interpreter run)
    {
        var pairs = Pairs(value as Mapping ?? throw new JinjaError("dictsort needs a mapping"), run);
        var place = given.Text(1, "key") == "value" ? 1 : 0;
        return Sorted(pairs, given.Flag(2), pair => Folded(((object?[])pair!)[place], given.Flag(0)), run);
    }

    public static object? Join(object? value, BoundArguments given, Interpreter run)
    {
        var separator = given.Text(0, "");
        var items = Kinds.Items(value, run.Sandbox).Select(item => Attribute(item, given.Value(1), run));
        var texts = items.Select(item => run.Sandbox.Made(Printing.Text(item, run.Sandbox))).ToList();
        run.Sandbox.Spend(texts.Count, separator.Length);
        return string.Join(separator, texts);
    }

    public static object? First(object? value, BoundArguments given, Interpreter run) =>
        Kinds.Items(value, run.Sandbox) is [var first, ..] ? first : new Undefined("No first item, sequence was empty.");

    public static object? Last(object? value, BoundArguments given, Interpreter run) =>
        Kinds.Items(value, run.Sandbox) is [.., var last] ? last : new Undefined("No last item, sequence was empty.");

    public static object? Reverse(object? value, BoundArguments given, Interpreter run)
    {
        var items = List(value, run);
        items.Reverse();
        return value is string ? string.Concat(items) : items;
    }

    public static object? Sort(object? value, BoundArguments given, Interpreter run) =>
        Sorted(List(value, run), given.Flag(0), item => Folded(Attribute(item, given.Value(2), run), given.Flag(1)), run);

    public static object? Unique(object? value, BoundArguments given, Interpreter run)
    {
        var seen = new Mapping();
        var unique = new List<object?>();
        foreach (var item in Kinds.Items(value, run.Sandbox))
        {
            var key = Folded(Attribute(item, given.Value(1), run), given.Flag(0));
            if (!seen.TryGet(key, out _))
            {
                seen[key] = true;
                unique.Add(item);
            }
        }

        return run.Sandbox.Made(unique);
    }

    public static object? Extreme(object? value, BoundArguments given, Interpreter run, int sign)
    {
        object? Key(object? item) => Folded(Attribute(item, given.Value(1), run), given.Flag(0));
        var items = Kinds.Items(value, run.Sandbox);
        return items.Count == 0 ? new Undefined("No aggregated item, sequence was empty.")
            : items.Aggregate((best, item) => Operators.Order(sign < 0 ? "<" : ">", Key(item), Key(best), run.Sandbox) * sign > 0 ? item : best);
    }

    public static object? Sum(object? value, BoundArguments given, Interpreter run)
    {
        var terms = Kinds.Items(value, run.Sandbox).Select(item => Attribute(item, given.Value(0), run));
        return terms.Aggregate(given.Value(1, BigInteger.Zero), (sum, term) => Operators.Binary("+", sum, term, run.Sandbox));
    }

    public static object? GroupBy(object? value, BoundArguments given, Interpreter run)
    {
        object? Key(object? item) => Folded(Attribute(item, given.Value(0), run), caseSensitive: false);
        var groups = new List<object?>();
        foreach (var item in Sorted(List(value, run), reverse: false, Key, run))
        {
            if (groups is [.., object?[] last] && Operators.AreEqual(Folded(last[0], caseSensitive: false), Key(item), run.Sandbox))
            {
                ((List<object?>)last[1]!).Add(item);
            }
            else
            {
                groups.Add(new object?[] { Attribute(item, given.Value(0), run), new List<object?> { item } });
            }
        }

        return groups;
    }

    public static object? Batch(object? value, BoundArguments given, Interpreter run)
    {
        var size = given.Int(0, 0) is > 0 and var wanted ? wanted : throw new JinjaError("batch needs a size from 1");
        var batches = Kinds.Items(value, run.Sandbox).Chunk(size).Select(batch => batch.ToList()).ToList();
        if (given.Value(1) is { } fill && batches.Count > 0)
        {
            run.Sandbox.Spend(size - batches[^1].Count, Sandbox.Item);
            batches[^1].AddRange(Enumerable.Repeat<object?>(fill, size - batches[^1].Count));
        }

        return run.Sandbox.Made([.. batches]);
    }

    public static object? Slice(object? value, BoundArguments given, Interpreter run)
    {
        var (items, count) = (List(value, run), given.Int(0, 0));
        run.Sandbox.Spend(count > 0 ? count : throw new JinjaError("slice needs a number of slices from 1"), Sandbox.Item);
        var (each, longer) = (items.Count / count, items.Count % count);
        var slices = new List<object?>();
        for (var (i, at) = (0, 0); i < count; i++)
        {
            var length = each + (i < longer ? 1 : 0);
            List<object?> slice = [.. items.GetRange(at, length)];
            if (i >= longer && longer > 0 && given.Value(1) is { } fill)
            {
                slice.Add(fill);
            }

            slices.Add(slice);
            at += length;
        }

        return slices;
    }

    public static object? Map(object? value, Arguments given, Interpreter run)
    {
        var items = Kinds.Items(value, run.Sandbox);
        if (given.Positional is [string filter, ..])
        {
            var rest = given with { Positional = [.. given.Positional.Skip(1)] };
            return run.Sandbox.Made(items.Select(item => Filters.Apply(filter, item, rest, run)).ToList());
        }

        var bound = given.Bind("map", ["attribute", "default"]);
        var found = items.Select(item => Attribute(item, bound.Value(0), run));
        return run.Sandbox.Made(found.Select(item => item is Undefined ? bound.Value(1, item) : item).ToList());
    }

    public static object? Select(object? value, Arguments given, Interpreter run, bool keeps) =>
        Kept(value, given, run, keeps, item => item);

    public static object? SelectAttribute(object? value, Arguments given, Interpreter run, bool keeps) => given.Positional is [var attribute, ..]
        ? Kept(value, given with { Positional = [.. given.Positional.Skip(1)] }, run, keeps, item => Attribute(item, attribute, run))
        : throw new JinjaError("Missing parameter for attribute name");

    // Without a test, what is true passes.
    private static List<object?> Kept(object? value, Arguments given, Interpreter run, bool keeps, Func<object?, object?> tested)
    {
        var name = given.Positional is [var first, ..] ? first as string ?? throw new JinjaError("the name of a test is a text") : null;
        var rest = given with { Positional = [.. given.Positional.Skip(1)] };
        bool Passes(object? item) => name is null ? Kinds.IsTrue(item) : Tests.Passes(name, item, rest, run.Sandbox);
        return run.Sandbox.Made(Kinds.Items(value, run.Sandbox).Where(item => Passes(tested(item)) == keeps).ToList());
    }

    // a.b.0 goes through attributes and items.
    private static object? Attribute(object? item, object? attribute, Interpreter run) => attribute switch
    {
        null => item,
        string path => path.Split('.').Aggregate(item, (found, part) => Access.Item(found, Step(part), run.Sandbox)),
        _ => Access.Item(item, attribute, run.Sandbox),
    };

    private static object Step(string part) => part.Length is > 0 and < 9 && part.All(char.IsAsciiDigit) ? (BigInteger)int.Parse(part) : part;

    private static object? Folded(object? value, bool caseSensitive) => value is string text && !caseSensitive ? text.ToLowerInvariant() : value;

    private static List<object?> Pairs(Mapping map, Interpreter run) =>
        run.Sandbox.Made(map.Pairs.Select(pair => (object?)new[] { pair.Key, pair.Value }).ToList());

    // Stable also in reverse, as in Python.
    private static List<object?> Sorted(List<object?> items, bool reverse, Func<object?, object?> key, Interpreter run)
    {
        var order = Comparer<object?>.Create((a, b) => Operators.Order("<", a, b, run.Sandbox) ?? 0);
        try
        {
            return reverse ? [.. items.OrderByDescending(key, order)] : [.. items.OrderBy(key, order)];
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaError inner)
        {
            throw new JinjaError(inner.Message, inner);
        }
    }
}
