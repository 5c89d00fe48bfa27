using System.Globalization;
using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>Filters that make numbers.</summary>
internal static class NumberFilters
{
    private const int MaxDigits = 400;

    public static object? Int(object? value, BoundArguments given, Interpreter run) => value is string text && Whole(text) is { } whole ? whole
        : value is bool or BigInteger ? Numbers.Whole(value)
        : Double(value) is { } number && double.IsFinite(number) ? new BigInteger(number)
        : given.Value(0, BigInteger.Zero);

    public static object? Float(object? value, BoundArguments given, Interpreter run) => Double(value) ?? given.Value(0, 0.0);

    public static object? Round(object? value, BoundArguments given, Interpreter run) => Number(value) is double number
        ? Math.Round(number, Math.Clamp(given.Int(0, 0), 0, 15), MidpointRounding.ToEven)
        : Numbers.Whole(value!);

    public static object? Abs(object? value, BoundArguments given, Interpreter run) =>
        Number(value) is double number ? Math.Abs(number) : BigInteger.Abs(Numbers.Whole(Number(value)));

    private static object Number(object? value) => value switch
    {
        Undefined missing => throw missing.Used(),
        bool or BigInteger or double => value,
        _ => throw new JinjaError($"a number is needed, not {Kinds.Name(value)}"),
    };

    private static BigInteger? Whole(string text) => text.Length < MaxDigits
        && BigInteger.TryParse(Digits(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;

    private static double? Double(object? value) => value switch
    {
        string text => double.TryParse(Digits(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : null,
        bool or BigInteger or double => Numbers.Double(value),
        Undefined missing => throw missing.Used(),
        _ => null,
    };

    private static string Digits(string text) => PythonText.Strip(text).Replace("_", "", StringComparison.Ordinal);
}
