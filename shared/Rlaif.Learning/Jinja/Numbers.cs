using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>Arithmetic of bool, int and float as in Python: floor division, the remainder has the sign of the divisor.</summary>
internal static class Numbers
{
    // Far beyond what any template counts; keeps powers small.
    private const int MaxBits = 4096;

    public static BigInteger Whole(object value) => value is bool flag ? (flag ? 1 : 0) : (BigInteger)value;

    public static double Double(object value) => value is double number ? number : (double)Whole(value);

    /// <summary>Clamped to 30 bits: more than any index or count can be, and sums of two do not overflow.</summary>
    public static int Int(object value) => (int)BigInteger.Clamp(Whole(value), -(1 << 30), 1 << 30);

    public static int Compare(object a, object b) =>
        a is double || b is double ? Double(a).CompareTo(Double(b)) : Whole(a).CompareTo(Whole(b));

    public static object Negate(object value) => value is double number ? -number : -Whole(value);

    /// <summary>Null for an operator that numbers do not have.</summary>
    public static object? Calculate(string operation, object a, object b)
    {
        if (operation is "/" or "//" or "%" && Double(b) == 0)
        {
            throw new JinjaError("division by zero");
        }

        return a is double || b is double || operation == "/" || (operation == "**" && Whole(b).Sign < 0)
            ? OfDoubles(operation, Double(a), Double(b))
            : OfWholes(operation, Whole(a), Whole(b));
    }

    private static object? OfDoubles(string operation, double a, double b) => operation switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a % b is var rest && rest != 0 && (rest < 0) != (b < 0) ? rest + b : a % b,
        "**" => Math.Pow(a, b),
        _ => null,
    };

    private static object? OfWholes(string operation, BigInteger a, BigInteger b)
    {
        var bits = operation switch { "**" => BigInteger.Min(b, MaxBits + 1) * a.GetBitLength(), "*" => a.GetBitLength() + b.GetBitLength(), _ => 0 };
        if (bits > MaxBits)
        {
            throw new JinjaError($"a number has more than {MaxBits} bits");
        }

        return operation switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "//" => (a - Remainder(a, b)) / b,
            "%" => Remainder(a, b),
            "**" => BigInteger.Pow(a, (int)BigInteger.Min(b, MaxBits + 1)),
            _ => null,
        };
    }

    private static BigInteger Remainder(BigInteger a, BigInteger b) => ((a % b) + b) % b;
}
