using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>The functions that transformers gives to a chat template.</summary>
internal static class Globals
{
    // Jinja2's sandbox has the same limit.
    private const int MaxRange = 100_000;

    /// <param name="clock">What <c>strftime_now</c> reads; without one there is no such function, and templates take the date they carry.</param>
    public static Scope Of(TimeProvider? clock)
    {
        var scope = new Scope(null)
        {
            ["raise_exception"] = new Callable("raise_exception", given =>
                throw new JinjaError(given.Bind("raise_exception", ["message"]).RequiredText(0)) { IsRaised = true }),
            ["namespace"] = new Callable("namespace", given => new Namespace().With(Dict(given))),
            ["dict"] = new Callable("dict", Dict),
            ["range"] = new Callable("range", Range),
        };
        if (clock is not null)
        {
            scope["strftime_now"] = new Callable("strftime_now", given =>
                TimeFormat.Of(given.Bind("strftime_now", ["format"]).RequiredText(0), clock.GetLocalNow()));
        }

        return scope;
    }

    private static Namespace With(this Namespace space, Mapping attributes)
    {
        foreach (var (name, value) in attributes.Pairs)
        {
            space.Attributes[name as string ?? throw new JinjaError("the attributes of a namespace have texts as names")] = value;
        }

        return space;
    }

    private static Mapping Dict(Arguments given)
    {
        var mapping = new Mapping();
        var first = given.Positional switch { [] => [], [Mapping map] => map.Pairs, _ => throw new JinjaError("dict() takes a mapping or names") };
        foreach (var (key, value) in first)
        {
            mapping[key] = value;
        }

        foreach (var (name, value) in given.Named)
        {
            mapping[name] = value;
        }

        return mapping;
    }

    private static List<object?> Range(Arguments given)
    {
        var bounds = given.Bind("range", ["start", "stop", "step"]);
        var (start, stop, step) = bounds.Has(1) ? (bounds.Int(0, 0), bounds.Int(1, 0), bounds.Int(2, 1)) : (0, bounds.Int(0, 0), 1);
        if (step == 0)
        {
            throw new JinjaError("range() arg 3 must not be zero");
        }

        var count = Math.Max(0, ((long)stop - start + step - Math.Sign(step)) / step);
        if (count > MaxRange)
        {
            throw new JinjaError($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
        }

        return Enumerable.Range(0, (int)count).Select(i => (object?)(BigInteger)(start + ((long)i * step))).ToList();
    }
}
