using System.Globalization;
using System.Text.RegularExpressions;

namespace Rlaif.Feedback.Judging;

/// <summary>What a claim says: a verdict or a rating.</summary>
/// <param name="Verdict">A, B, tie or a grade; null for a rating.</param>
/// <param name="Rating">The rating.</param>
/// <param name="WrongForm">A number that the scale does not have: a fraction of whole numbers, or of another maximum.</param>
internal readonly record struct Claim(string? Verdict, double Rating = 0, bool WrongForm = false);

/// <summary>Reads labels, grades and numbers, dressed as judges dress them.</summary>
internal static class VerdictForm
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private static readonly string[] Pairs = ["****", "____", "[[]]", "\"\"", "''", "``", "()", "[]", "**", "__"];
    private static readonly string[] Grades = ["A>>B", "A>B", "A=B", "B>A", "B>>A"];

    private static readonly Regex Mark = new(@"^(?:#{1,6}|[-*+]|[0-9]{1,3}[.)])[ \t]+", Linear);
    private static readonly Regex Label = new(
        @"^(?:(?:option|response|answer|assistant|candidate|model|output|completion)[ \t]+)?(?:\((?<inner>[A-Za-z0-9]{1,12})\)|(?<bare>[A-Za-z0-9]{1,12}))$",
        Linear | RegexOptions.IgnoreCase);

    private static readonly Regex Number = new(
        @"^(?<value>-?(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,6})?)(?:[ \t]*(?:/|out of)[ \t]*(?<of>[0-9]{1,9}))?$", Linear | RegexOptions.IgnoreCase);

    /// <summary>Without heading, list mark, closing dots, and pairs of marks around the whole.</summary>
    public static string Undress(string text)
    {
        var bare = JudgeText.Trim(text.AsSpan());
        foreach (var mark in Mark.EnumerateMatches(bare))
        {
            bare = JudgeText.Trim(bare[mark.Length..]);
        }

        for (var before = -1; before != bare.Length;)
        {
            before = bare.Length;
            bare = JudgeText.Trim(bare.TrimEnd(".!"));
            foreach (var pair in Pairs)
            {
                var half = pair.Length / 2;
                if (bare.Length >= pair.Length && bare.StartsWith(pair.AsSpan(0, half)) && bare.EndsWith(pair.AsSpan(half)))
                {
                    bare = JudgeText.Trim(bare[half..^half]);
                    break;
                }
            }
        }

        return bare.ToString();
    }

    /// <summary>The claim that this text alone is; null when it is none.</summary>
    public static Claim? Read(string text, VerdictQuestion question) => question.Format switch
    {
        VerdictFormat.Pairwise => Pairwise(Undress(text), question),
        VerdictFormat.Graded => Graded(Undress(text)),
        _ => Rating(Undress(text), question),
    };

    private static Claim? Pairwise(string text, VerdictQuestion question)
    {
        var match = Label.Match(text);
        var label = match.Groups["inner"].Success ? match.Groups["inner"].Value : match.Groups["bare"].Value;
        foreach (var (name, meaning) in question.Labels)
        {
            if (match.Success && string.Equals(name, label, StringComparison.OrdinalIgnoreCase))
            {
                return new(meaning);
            }
        }

        return null;
    }

    private static Claim? Graded(string text)
    {
        var grade = text.Replace(" ", "", StringComparison.Ordinal);
        return Grades.Contains(grade, StringComparer.OrdinalIgnoreCase) ? new(grade.ToUpperInvariant()) : null;
    }

    private static Claim? Rating(string text, VerdictQuestion question)
    {
        var match = Number.Match(text);
        if (!match.Success)
        {
            return null;
        }

        var rating = double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);
        var otherScale = match.Groups["of"].Success && double.Parse(match.Groups["of"].ValueSpan, CultureInfo.InvariantCulture) != question.High;
        return new(null, rating, otherScale || (question.IntegerOnly && rating != Math.Floor(rating)));
    }
}
