using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class LoopState(IReadOnlyList<object?> items)
{
    private IReadOnlyList<object?>? lastSeen;

    public int Index { get; set; }

    public object? Member(string name, Sandbox sandbox) => name switch
    {
        "index" => (BigInteger)(Index + 1),
        "index0" => (BigInteger)Index,
        "revindex" => (BigInteger)(items.Count - Index),
        "revindex0" => (BigInteger)(items.Count - Index - 1),
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (BigInteger)items.Count,
        // Jinja2 counts the turns of a recursive loop here; there are none.
        "depth" => BigInteger.One,
        "depth0" => BigInteger.Zero,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new Callable(name, Cycle),
        "changed" => new Callable(name, given => HasChanged(given, sandbox)),
        _ => new Undefined($"'{Kinds.Described(this)}' has no attribute '{name}'"),
    };

    private object? Cycle(Arguments given) => given.Positional.Count > 0
        ? given.Positional[Index % given.Positional.Count]
        : throw new JinjaError("no items for cycling given");

    private bool HasChanged(Arguments given, Sandbox sandbox)
    {
        var changed = lastSeen is null || !Operators.AreEqual(lastSeen.ToArray(), given.Positional.ToArray(), sandbox);
        lastSeen = given.Positional;
        return changed;
    }
}
