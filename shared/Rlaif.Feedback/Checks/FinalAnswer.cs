using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Rlaif.Feedback.Checks;

/// <summary>The answer that a worked solution comes to: what stands behind its last <c>####</c> (GSM8K), else in its last <c>\boxed{}</c> (MATH), else
/// its last number. Numbers are compared by value: 1,234.50, $1234.5 and 2469/2 are one. Other answers are compared by their text.</summary>
public static partial class FinalAnswer
{
    /// <summary>What is wrong with a solution that comes to none, behind its name.</summary>
    public const string Missing = @"comes to no answer; end it with #### and the answer, \boxed{} around it, or a number";

    // Longer ones are no answer that anybody wrote down, and would cost time.
    private const int LongestNumber = 60;

    /// <summary>The answer in one spelling: a whole number, a fraction in lowest terms, or the text in lower case. Null: the text comes to none.</summary>
    public static string? Of(string text)
    {
        if (text.LastIndexOf("####", StringComparison.Ordinal) is var marked and >= 0)
        {
            var line = text[(marked + 4)..].Split('\n')[0];
            return Numbers(line).FirstOrDefault() ?? Spelled(line);
        }

        return Boxed(text) is { } boxed ? Spelled(boxed) : Numbers(text).LastOrDefault();
    }

    /// <summary>Whether a response comes to the answer that a reference comes to.</summary>
    public static bool Same(string reference, string response) => Of(reference) is { } right && right == Of(response);

    private static string? Boxed(string text)
    {
        const string box = @"\boxed{";
        var start = text.LastIndexOf(box, StringComparison.Ordinal) + box.Length;
        for (int at = start, open = 1; start >= box.Length && at < text.Length; at++)
        {
            open += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0)
            {
                return text[start..at];
            }
        }

        return null;
    }

    private static string? Spelled(string answer)
    {
        var plain = Units().Replace(answer, "");
        plain = Fraction().Replace(plain, "${above}/${below}").Replace(@"\$", "", StringComparison.Ordinal).Replace(@"\%", "", StringComparison.Ordinal);
        plain = string.Concat(plain.Where(c => !char.IsWhiteSpace(c) && c is not ('$' or '%'))).TrimEnd('.');
        return plain.Length == 0 ? null : Number().Match(plain) is { Success: true, Index: 0 } match && match.Length == plain.Length ? Value(match.Value) : plain.ToLowerInvariant();
    }

    // A minus behind a letter or a digit is an operator: 16-3 ends in 3.
    private static IEnumerable<string> Numbers(string text) => Number().Matches(text).Select(match =>
        Value(match.Value[0] == '-' && match.Index > 0 && char.IsLetterOrDigit(text[match.Index - 1]) ? match.Value[1..] : match.Value));

    private static string Value(string written)
    {
        var plain = written.Replace(",", "", StringComparison.Ordinal);
        if (plain.Length > LongestNumber)
        {
            return plain;
        }

        var parts = plain.Split('/');
        var (numerator, denominator) = Ratio(parts[0]);
        if (parts.Length == 2)
        {
            denominator *= BigInteger.Parse(parts[1], CultureInfo.InvariantCulture);
        }

        if (denominator.IsZero)
        {
            return plain;
        }

        var shared = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return denominator == shared ? $"{numerator / shared}" : $"{numerator / shared}/{denominator / shared}";
    }

    private static (BigInteger Numerator, BigInteger Denominator) Ratio(string number)
    {
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var digits = number.Replace(".", "", StringComparison.Ordinal);
        return (BigInteger.Parse(digits, CultureInfo.InvariantCulture), BigInteger.Pow(10, point < 0 ? 0 : number.Length - 1 - point));
    }

    [GeneratedRegex(@"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:/[0-9]+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Number();

    [GeneratedRegex(@"\\[dt]?frac\{(?<above>-?[0-9]+)\}\{(?<below>[0-9]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Fraction();

    [GeneratedRegex(@"\\(?:text|mbox|mathrm)\{[^{}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Units();
}
