using System.Text.RegularExpressions;
using Rlaif.Contracts;

namespace Rlaif.Feedback.Judging;

/// <summary>Reads a judge's verdict from its output. Prose is never interpreted: a verdict is a marker <c>[[A]]</c>, a JSON member, a line
/// that states it, or the whole output; doubt is a typed failure.</summary>
/// <remarks>The judge has read untrusted text and may repeat it: echoes and quotes do not count, and two different claims are no verdict.
/// "The first match wins" would let a response that contains [[A]] decide.</remarks>
public static class VerdictParser
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const string Lead = @"^(?:(?:so|therefore|thus|hence|overall|in conclusion|finally)[,:]?[ \t]+)?(?:(?:my|the)[ \t]+)?";
    private const string Verb = @"(?:[ \t]+is(?:[ \t]*[:=-]|[ \t])|[ \t]*[:=-])(?<value>.*)$";

    private static readonly Regex Statement = new(
        Lead + @"(?:(?:final[ \t]+)?(?:verdict|answer|choice|winner|decision|preference|judgement|judgment)"
        + @"|(?:better|best|preferred|winning)[ \t]+(?:option|response|answer|assistant|candidate|model|output|completion))" + Verb,
        Linear | RegexOptions.IgnoreCase);

    private static readonly Regex RatingStatement = new(Lead + @"(?:(?:final|overall)[ \t]+)?(?:rating|score)" + Verb, Linear | RegexOptions.IgnoreCase);
    private static readonly Regex Marker = new(@"\[\[(?<value>[^\[\]]{0,40})\]\]", Linear);
    private static readonly Regex RefusalPhrase = new(
        @"(?:^|[^\p{L}\p{Nd}])(?:i (?:cannot|can't|won't|will not|must decline|have to decline)|i(?:'m| am) (?:unable to|not able to|not comfortable|sorry, but))",
        Linear);

    /// <summary>The verdict in <paramref name="text"/>, or why there is none.</summary>
    public static VerdictOutcome Parse(string text, JudgeFinish finish, VerdictQuestion question)
    {
        if (finish == JudgeFinish.ContentFilter)
        {
            return VerdictOutcome.Failed(FailureKind.Filtered);
        }

        text = JudgeText.Normalise(text);
        if (text.Length > 0 && finish == JudgeFinish.Length && !question.SingleToken)
        {
            return VerdictOutcome.Failed(FailureKind.Truncated); // what is missing might contradict what is there
        }

        if (JudgeText.AfterThinking(text) is not { } said)
        {
            return VerdictOutcome.Failed(FailureKind.Truncated);
        }

        said = JudgeText.SplitAtSpecialTokens(said);
        if (said.Length == 0)
        {
            return VerdictOutcome.Failed(FailureKind.Empty);
        }

        return Decide(JudgeText.HideEchoes(said, question.Fence), question);
    }

    private static VerdictOutcome Decide(string own, VerdictQuestion question)
    {
        var json = JudgeJson.Read(own, question.Format == VerdictFormat.Rating ? "rating" : "verdict");
        var claims = json.Claims.Select(value => value is null ? null : VerdictForm.Read(value, question)).ToList();
        if (json.Failure is not null || claims.Contains(null))
        {
            return VerdictOutcome.Failed(json.Failure ?? FailureKind.Schema);
        }

        var rest = JudgeText.Trim(JudgeText.HideQuotes(json.Rest));
        var lines = rest.Split('\n');
        claims.AddRange(lines.Select(line => Stated(line, question)).Where(claim => claim is not null));
        var markers = lines.SelectMany(line => Marked(JudgeText.HideInline(line))).Select(marker => VerdictForm.Read(marker, question)).ToList();
        claims.AddRange(markers.Where(claim => claim is not null));

        var bare = lines.Select(line => VerdictForm.Read(line, question)).Where(claim => claim is not null).ToList();
        if (lines.Length == 1)
        {
            claims.AddRange(bare);
        }

        if (claims.Count > 0)
        {
            return Agreed([.. claims.Select(claim => claim!.Value)], [.. bare.Select(claim => claim!.Value)], question);
        }

        return VerdictOutcome.Failed(
            markers.Count > 0 || json.IsObject ? FailureKind.Schema
            : RefusalPhrase.IsMatch(own.ToLowerInvariant()) ? FailureKind.Refusal
            : FailureKind.NoVerdict);
    }

    private static Claim? Stated(string line, VerdictQuestion question)
    {
        if (question.Format == VerdictFormat.Graded)
        {
            return null;
        }

        var plain = VerdictForm.Undress(line).Replace("**", "", StringComparison.Ordinal).Replace("__", "", StringComparison.Ordinal);
        var statement = (question.Format == VerdictFormat.Rating ? RatingStatement : Statement).Match(plain);
        return statement.Success ? VerdictForm.Read(statement.Groups["value"].Value, question) : null;
    }

    private static IEnumerable<string> Marked(string line) =>
        from marker in Marker.Matches(line)
        where marker.Index == 0 || line[marker.Index - 1] is not ('\'' or '`')
        select marker.Groups["value"].Value;

    /// <summary>A bare label on a line of its own is no claim, but it may contradict one.</summary>
    private static VerdictOutcome Agreed(IReadOnlyList<Claim> claims, IReadOnlyList<Claim> bare, VerdictQuestion question)
    {
        if (claims.Any(claim => claim.WrongForm))
        {
            return VerdictOutcome.Failed(FailureKind.Schema);
        }

        if (claims.Concat(bare).Distinct().Count() > 1)
        {
            return VerdictOutcome.Failed(FailureKind.MultiVerdict);
        }

        return claims[0] switch
        {
            { Verdict: null, Rating: var rating } when rating < question.Low || rating > question.High => VerdictOutcome.Failed(FailureKind.OutOfRange),
            { Verdict: null, Rating: var rating } => new() { Rating = rating },
            { Verdict: "tie" or "A=B" } when !question.AllowTie => VerdictOutcome.Failed(FailureKind.TieNotAllowed),
            { Verdict: var verdict } => new() { Verdict = verdict },
        };
    }
}
