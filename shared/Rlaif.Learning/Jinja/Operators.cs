namespace Rlaif.Learning.Jinja;

/// <summary>The operators on values of any kind.</summary>
internal static class Operators
{
    public static object? Binary(string operation, object? a, object? b, Sandbox sandbox)
    {
        switch (operation, a, b)
        {
            case ("~", _, _):
                return sandbox.Made(Printing.Text(a, sandbox) + Printing.Text(b, sandbox));
            case ("%", string format, _):
                return PercentFormat.Of(format, b, sandbox);
            case (_, Undefined missing, _):
                throw missing.Used();
            case (_, _, Undefined missing):
                throw missing.Used();
            case ("+", string left, string right):
                return sandbox.Made(left + right);
            case ("+", List<object?> left, List<object?> right):
                return sandbox.Made([.. left, .. right]);
            case ("+", object?[] left, object?[] right):
                return sandbox.Made([.. left, .. right]).ToArray();
            case ("+", string or List<object?> or object?[], _):
                var kind = Kinds.Name(a);
                throw new JinjaError(a is string
                    ? $"can only concatenate str (not \"{Kinds.Name(b)}\") to str"
                    : $"can only concatenate {kind} (not \"{Kinds.Name(b)}\") to {kind}");
            case ("*", string or IReadOnlyList<object?>, _) when Kinds.IsWhole(b):
                return Repeated(a!, Numbers.Int(b!), sandbox);
            case ("*", _, string or IReadOnlyList<object?>) when Kinds.IsWhole(a):
                return Repeated(b!, Numbers.Int(a!), sandbox);
        }

        return (Kinds.IsNumber(a) && Kinds.IsNumber(b) ? Numbers.Calculate(operation, a!, b!) : null)
            ?? throw new JinjaError($"unsupported operand type(s) for {operation}: '{Kinds.Name(a)}' and '{Kinds.Name(b)}'");
    }

    public static object Signed(char sign, object? value) => value switch
    {
        Undefined missing => throw missing.Used(),
        _ when !Kinds.IsNumber(value) => throw new JinjaError($"bad operand type for unary {sign}: '{Kinds.Name(value)}'"),
        _ => sign == '-' ? Numbers.Negate(value!) : value is bool ? Numbers.Whole(value) : value!,
    };

    public static bool Compare(string operation, object? a, object? b, Sandbox sandbox) => operation switch
    {
        "==" => AreEqual(a, b, sandbox),
        "!=" => !AreEqual(a, b, sandbox),
        "in" => IsIn(a, b, sandbox),
        "not in" => !IsIn(a, b, sandbox),
        "<" => Order(operation, a, b, sandbox) < 0,
        "<=" => Order(operation, a, b, sandbox) <= 0,
        ">" => Order(operation, a, b, sandbox) > 0,
        _ => Order(operation, a, b, sandbox) >= 0,
    };

    public static bool AreEqual(object? a, object? b, Sandbox sandbox)
    {
        sandbox.Enter();
        var equal = (a, b) switch
        {
            (string x, string y) => string.Equals(x, y, StringComparison.Ordinal),
            _ when Kinds.IsNumber(a) && Kinds.IsNumber(b) => IsOrdered(a!, b!) && Numbers.Compare(a!, b!) == 0,
            (List<object?> x, List<object?> y) => AreEqualItems(x, y, sandbox),
            (object?[] x, object?[] y) => AreEqualItems(x, y, sandbox),
            (Mapping x, Mapping y) => x.Count == y.Count
                && x.Pairs.All(pair => y.TryGet(pair.Key, out var other) && AreEqual(pair.Value, other, sandbox)),
            (Undefined, Undefined) => true,
            _ => ReferenceEquals(a, b),
        };
        sandbox.Leave();
        return equal;
    }

    public static bool IsIn(object? value, object? container, Sandbox sandbox)
    {
        switch (container)
        {
            case string text:
                var wanted = value as string ?? throw new JinjaError($"'in <string>' requires string as left operand, not {Kinds.Name(value)}");
                sandbox.Spend(text.Length, 1 + (wanted.Length / 16));
                return text.Contains(wanted, StringComparison.Ordinal);
            case Mapping map:
                return Key.Of(value) is null ? throw Key.Unhashable(value) : map.TryGet(value, out _);
            case IReadOnlyList<object?> or Undefined:
                return Kinds.Items(container, sandbox).Any(item => AreEqual(item, value, sandbox));
            default:
                throw new JinjaError($"argument of type '{Kinds.Name(container)}' is not iterable");
        }
    }

    /// <summary>Less than 0, 0 or more than 0; null when a number that is none is among them.</summary>
    public static int? Order(string operation, object? a, object? b, Sandbox sandbox)
    {
        sandbox.Enter();
        var order = (a, b) switch
        {
            (Undefined missing, _) => throw missing.Used(),
            (_, Undefined missing) => throw missing.Used(),
            (string x, string y) => PythonText.Compare(x, y),
            _ when Kinds.IsNumber(a) && Kinds.IsNumber(b) => IsOrdered(a!, b!) ? Numbers.Compare(a!, b!) : (int?)null,
            (List<object?> x, List<object?> y) => OrderOfItems(operation, x, y, sandbox),
            (object?[] x, object?[] y) => OrderOfItems(operation, x, y, sandbox),
            _ => throw new JinjaError($"'{operation}' not supported between instances of '{Kinds.Name(a)}' and '{Kinds.Name(b)}'"),
        };
        sandbox.Leave();
        return order;
    }

    private static bool IsOrdered(object a, object b) => !double.IsNaN(a as double? ?? 0) && !double.IsNaN(b as double? ?? 0);

    private static bool AreEqualItems(IReadOnlyList<object?> a, IReadOnlyList<object?> b, Sandbox sandbox)
    {
        var same = 0;
        while (a.Count == b.Count && same < a.Count && AreEqual(a[same], b[same], sandbox))
        {
            same++;
        }

        return a.Count == b.Count && same == a.Count;
    }

    private static int? OrderOfItems(string operation, IReadOnlyList<object?> a, IReadOnlyList<object?> b, Sandbox sandbox)
    {
        foreach (var (x, y) in a.Zip(b))
        {
            if (!AreEqual(x, y, sandbox))
            {
                return Order(operation, x, y, sandbox);
            }
        }

        return a.Count - b.Count;
    }

    private static object Repeated(object sequence, int times, Sandbox sandbox)
    {
        if (sequence is string text)
        {
            sandbox.Spend(times, text.Length);
            return string.Concat(Enumerable.Repeat(text, Math.Max(times, 0)));
        }

        var items = (IReadOnlyList<object?>)sequence;
        sandbox.Spend(times, items.Count * (long)Sandbox.Item);
        var repeated = Enumerable.Repeat(items, items.Count == 0 ? 0 : Math.Max(times, 0)).SelectMany(all => all);
        return sequence is List<object?> ? repeated.ToList() : repeated.ToArray();
    }
}
