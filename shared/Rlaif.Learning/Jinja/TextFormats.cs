using System.Globalization;
using System.Numerics;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Python's <c>format % values</c>.</summary>
internal static class PercentFormat
{
    private const int MaxPrecision = 100;

    public static string Of(string format, object? given, Sandbox sandbox)
    {
        var values = given as object?[] ?? [given];
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i]);
                continue;
            }

            var (flags, width, precision, conversion) = ReadSpecifier(format, ref i);
            if (conversion == '%')
            {
                output.Append('%');
                continue;
            }

            var value = next < values.Length ? values[next++] : throw new JinjaError("not enough arguments for format string");
            output.Append(Padded(Converted(conversion, value, precision, sandbox), flags, width, isNumber: conversion is not ('s' or 'r'), sandbox));
        }

        return next == values.Length || given is Mapping ? sandbox.Made(output.ToString())
            : throw new JinjaError("not all arguments converted during string formatting");
    }

    private static (string Flags, int Width, int Precision, char Conversion) ReadSpecifier(string format, ref int i)
    {
        var at = i + 1;
        string Take(Func<char, bool> belongs)
        {
            var begin = at;
            while (at < format.Length && belongs(format[at]))
            {
                at++;
            }

            return format[begin..at];
        }

        var flags = Take(c => c is '-' or '0' or '+' or ' ');
        var width = Take(char.IsAsciiDigit);
        var hasPrecision = at < format.Length && format[at] == '.' && at++ > 0;
        var precision = hasPrecision ? Take(char.IsAsciiDigit) : "-1";
        if (at >= format.Length || width.Length > 8 || precision.Length > 8)
        {
            throw new JinjaError("incomplete format");
        }

        i = at;
        return (flags, width.Length == 0 ? 0 : int.Parse(width), precision.Length == 0 ? 0 : int.Parse(precision), format[at]);
    }

    private static string Converted(char conversion, object? value, int precision, Sandbox sandbox)
    {
        switch (conversion)
        {
            case 's' or 'r':
                var text = conversion == 's' ? Printing.Text(value, sandbox) : Printing.Repr(value, sandbox);
                return precision >= 0 && precision < PythonText.Length(text) ? string.Concat(PythonText.Characters(text).Take(precision)) : text;
            case not ('d' or 'i' or 'x' or 'f'):
                throw new JinjaError($"unsupported format character '{conversion}'");
            case var _ when value is Undefined missing:
                throw missing.Used();
            case var _ when !Kinds.IsNumber(value) || (value is double number && (conversion == 'x' || !double.IsFinite(number))):
                throw new JinjaError($"%{conversion} format: a real number is required, not {Kinds.Name(value)}");
            case 'f':
                return Numbers.Double(value!).ToString("F" + Math.Min(precision < 0 ? 6 : precision, MaxPrecision), CultureInfo.InvariantCulture);
            default:
                var whole = value is double real ? new BigInteger(real) : Numbers.Whole(value!);
                return conversion == 'x' ? Hexadecimal(whole) : whole.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static string Hexadecimal(BigInteger whole)
    {
        var digits = BigInteger.Abs(whole).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return (whole.Sign < 0 ? "-" : "") + (digits.Length == 0 ? "0" : digits);
    }

    private static string Padded(string text, string flags, int width, bool isNumber, Sandbox sandbox)
    {
        bool Has(char flag) => flags.Contains(flag, StringComparison.Ordinal);
        var sign = !isNumber || text.StartsWith('-') ? "" : Has('+') ? "+" : Has(' ') ? " " : "";
        var missing = Math.Max(0, width - sign.Length - PythonText.Length(text));
        sandbox.Spend(missing);
        return Has('-') ? sign + text + new string(' ', missing)
            : !isNumber || !Has('0') ? new string(' ', missing) + sign + text
            : text.StartsWith('-') ? "-" + new string('0', missing) + text[1..]
            : sign + new string('0', missing) + text;
    }
}

/// <summary>Python's <c>str.format</c> with plain fields: no attributes, items or format specifications.</summary>
internal static class BraceFormat
{
    public static string Of(string format, Arguments given, Sandbox sandbox)
    {
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var isDoubled = i + 1 < format.Length && format[i] == format[i + 1];
            if (format[i] is not ('{' or '}') || isDoubled)
            {
                output.Append(format[i]);
                i += format[i] is '{' or '}' ? 1 : 0;
                continue;
            }

            var end = format.IndexOf('}', i);
            if (format[i] == '}' || end < 0)
            {
                throw new JinjaError($"Single '{format[i]}' encountered in format string");
            }

            output.Append(sandbox.Made(Printing.Text(Field(format[(i + 1)..end], given, ref next), sandbox)));
            i = end;
        }

        return sandbox.Made(output.ToString());
    }

    private static object? Field(string field, Arguments given, ref int next)
    {
        if (field.Length == 0 || field.All(char.IsAsciiDigit))
        {
            var index = field.Length == 0 ? next++ : field.Length < 6 ? int.Parse(field) : int.MaxValue;
            return index < given.Positional.Count ? given.Positional[index]
                : throw new JinjaError($"Replacement index {index} out of range for positional args tuple");
        }

        foreach (var (name, value) in given.Named)
        {
            if (name == field)
            {
                return value;
            }
        }

        throw new JinjaError(field.All(c => char.IsLetterOrDigit(c) || c == '_') ? $"'{field}'" : $"the field '{field}' is more than a name");
    }
}
