using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>The methods of texts, lists and mappings that a template may call. Those that would change something are refused.</summary>
internal static class Methods
{
    private static readonly string[] ListChanges = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
    private static readonly string[] MappingChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    /// <summary>A bound method; undefined for a forbidden one, null for none.</summary>
    public static object? Find(object? target, string name, Sandbox sandbox) => target switch
    {
        string text => TextMethods.Find(text, name, sandbox),
        Mapping map => OfMapping(map, name),
        IReadOnlyList<object?> items => OfItems(items, name, sandbox),
        _ => null,
    };

    private static object? OfMapping(Mapping map, string name) => name switch
    {
        "get" => Bound(name, ["key", "default"], given => map.TryGet(given.Value(0), out var value) ? value : given.Value(1)),
        "items" => Bound(name, [], _ => map.Pairs.Select(pair => (object?)new[] { pair.Key, pair.Value }).ToList()),
        "keys" => Bound(name, [], _ => map.Keys.ToList()),
        "values" => Bound(name, [], _ => map.Values.ToList()),
        "copy" => Bound(name, [], _ => map),
        _ => Refused(MappingChanges, "dict", name),
    };

    private static object? OfItems(IReadOnlyList<object?> items, string name, Sandbox sandbox) => name switch
    {
        "count" => Bound(name, ["value"], given => (BigInteger)items.Count(item => Operators.AreEqual(item, given.Value(0), sandbox))),
        "index" => Bound(name, ["value"], given => (BigInteger)Index(items, given.Value(0), sandbox)),
        "copy" when items is List<object?> => Bound(name, [], _ => items),
        _ => items is List<object?> ? Refused(ListChanges, "list", name) : null,
    };

    private static int Index(IReadOnlyList<object?> items, object? wanted, Sandbox sandbox)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (Operators.AreEqual(items[i], wanted, sandbox))
            {
                return i;
            }
        }

        throw new JinjaError($"{Printing.Repr(wanted, sandbox)} is not in list");
    }

    private static Callable Bound(string name, string[] parameters, Func<BoundArguments, object?> body) =>
        new(name, given => body(given.Bind(name, parameters)));

    private static Undefined? Refused(string[] changes, string kind, string name) =>
        Array.IndexOf(changes, name) >= 0 ? new Undefined($"access to attribute '{name}' of '{kind}' object is unsafe.") : null;
}
