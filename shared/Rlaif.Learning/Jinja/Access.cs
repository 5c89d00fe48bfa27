using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary><c>x.name</c>, <c>x[key]</c> and <c>x[from:to:step]</c>. A method wins over a key after a dot, a key over a method in brackets;
/// what is not there is undefined.</summary>
internal static class Access
{
    public static object? Attribute(object? target, string name, Sandbox sandbox) => target switch
    {
        Undefined missing => throw missing.Used(),
        _ when Member(target, name, sandbox, out var member) => member,
        Mapping map when map.TryGet(name, out var value) => value,
        _ => new Undefined($"'{Kinds.Described(target)}' has no attribute '{name}'"),
    };

    public static object? Item(object? target, object? key, Sandbox sandbox)
    {
        switch (target)
        {
            case Undefined missing:
                throw missing.Used();
            case Mapping map when map.TryGet(key, out var value):
                return value;
            case IReadOnlyList<object?> items when Kinds.IsWhole(key) && InRange(key!, items.Count) is { } index:
                return items[index];
            case string text when Kinds.IsWhole(key):
                var characters = Kinds.Items(text, sandbox);
                return InRange(key!, characters.Count) is { } place ? characters[place] : NoElement(target, key, sandbox);
            default:
                return key is not string name ? NoElement(target, key, sandbox)
                    : Member(target, name, sandbox, out var member) ? member
                    : new Undefined($"'{Kinds.Described(target)}' has no attribute '{name}'");
        }
    }

    public static object? Slice(object? target, object? from, object? to, object? step, Sandbox sandbox)
    {
        if (target is Undefined missing)
        {
            throw missing.Used();
        }

        if (target is not (string or IReadOnlyList<object?>))
        {
            return new Undefined($"{Kinds.Described(target)} has no element slice");
        }

        var items = Kinds.Items(target, sandbox);
        var stride = Bound(step) ?? 1;
        if (stride == 0)
        {
            throw new JinjaError("slice step cannot be zero");
        }

        var (low, high) = stride > 0 ? (0, items.Count) : (-1, items.Count - 1);
        int Clamp(int? bound, int absent) => bound is { } index ? Math.Clamp(index < 0 ? index + items.Count : index, low, high) : absent;
        var (begin, end) = (Clamp(Bound(from), stride > 0 ? low : high), Clamp(Bound(to), stride > 0 ? high : low));
        var taken = new List<object?>();
        for (long i = begin; stride > 0 ? i < end : i > end; i += stride)
        {
            taken.Add(items[(int)i]);
        }

        sandbox.Made(taken);
        return target switch { string => string.Concat(taken), List<object?> => taken, _ => taken.ToArray() };
    }

    private static bool Member(object? target, string name, Sandbox sandbox, out object? member)
    {
        switch (target)
        {
            case Namespace space:
                return space.Attributes.TryGetValue(name, out member);
            case LoopState loop:
                member = loop.Member(name, sandbox);
                return member is not Undefined;
            default:
                member = Methods.Find(target, name, sandbox);
                return member is not null;
        }
    }

    private static int? InRange(object key, int count)
    {
        var index = Numbers.Int(key);
        index += index < 0 ? count : 0;
        return index >= 0 && index < count ? index : null;
    }

    private static int? Bound(object? value) => value switch
    {
        null => null,
        Undefined missing => throw missing.Used(),
        bool or BigInteger => Numbers.Int(value),
        _ => throw new JinjaError("slice indices must be integers or None or have an __index__ method"),
    };

    private static Undefined NoElement(object? target, object? key, Sandbox sandbox) =>
        new($"{Kinds.Described(target)} has no element {Printing.Repr(key, sandbox)}");
}
