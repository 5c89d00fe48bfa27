using System.Text;
using System.Text.RegularExpressions;

namespace Rlaif.Feedback.Judging;

/// <summary>What of a judge's output may count as its own words: rules 2 and 4 to 8 of the verdict grammar without JSON.
/// Everything takes time linear in the text.</summary>
internal static class JudgeText
{
    /// <summary>Stands for hidden text: no label, no blank, nothing that a rule reads.</summary>
    public const char Hidden = '\uFFFC';

    private static readonly char[] Blanks = [' ', '\t', '\n', '\v', '\f'];
    private static readonly Regex SpecialToken = new(@"<\|[A-Za-z0-9_]+\|>", RegexOptions.NonBacktracking);
    private static readonly Regex OpeningWord = new(@"^[A-Za-z]*", RegexOptions.NonBacktracking);

    public static string Trim(string text) => text.Trim(Blanks);

    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim(Blanks);

    /// <summary>One spelling for line ends, full-width forms, blanks, brackets and quotes; invisible characters are dropped.</summary>
    public static string Normalise(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            _ = text[i] switch
            {
                '\r' when i + 1 < text.Length && text[i + 1] == '\n' => clean, // the line feed follows
                '\r' => clean.Append('\n'),
                >= '\uFF01' and <= '\uFF5E' and var wide => clean.Append((char)(wide - 0xFEE0)),
                '\u00A0' or '\u202F' or '\u3000' => clean.Append(' '),
                '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' => clean,
                '【' or '〔' => clean.Append('['),
                '】' or '〕' => clean.Append(']'),
                '⟦' or '〚' => clean.Append("[["),
                '⟧' or '〛' => clean.Append("]]"),
                '“' or '”' or '„' or '«' or '»' or '「' or '」' or '『' or '』' => clean.Append('"'),
                '‘' or '’' => clean.Append('\''),
                var other => clean.Append(other),
            };
        }

        return Trim(clean.ToString());
    }

    /// <summary>Text after a leading thinking block; null when the block never ends.</summary>
    public static string? AfterThinking(string text)
    {
        if (!text.StartsWith("<think>", StringComparison.Ordinal))
        {
            return text;
        }

        var end = text.IndexOf("</think>", StringComparison.Ordinal);
        return end < 0 ? null : Trim(text[(end + "</think>".Length)..]);
    }

    /// <summary>A judge that runs past its turn is not cut off silently: what follows still counts, on a line of its own.</summary>
    public static string SplitAtSpecialTokens(string text) => Trim(SpecialToken.Replace(text, "\n"));

    /// <summary>Hides what was shown to the judge, if it repeats it: fenced candidates, [[[ ]]] and code blocks.</summary>
    public static string HideEchoes(string text, string? fence)
    {
        text = fence is null ? text : HideBetween(text, fence, fence);
        return CodeBlocks(HideBetween(text, "[[[", "]]]"));
    }

    /// <summary>Hides block quotes and text in double quotes that spans lines.</summary>
    public static string HideQuotes(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = lines[i].AsSpan().TrimStart(Blanks).StartsWith('>') ? $"{Hidden}" : lines[i];
        }

        var odd = Enumerable.Range(0, lines.Length).Where(i => lines[i].AsSpan().Count('"') % 2 == 1).ToArray();
        if (odd.Length == 0)
        {
            return string.Join('\n', lines);
        }

        var (first, last) = (odd[0], odd[^1]);
        var before = lines[..first].Append(lines[first][..lines[first].IndexOf('"', StringComparison.Ordinal)]);
        var kept = string.Join('\n', before) + Hidden;
        return first == last ? kept : string.Join('\n', lines[(last + 1)..].Prepend(kept + lines[last][(lines[last].LastIndexOf('"') + 1)..]));
    }

    /// <summary>Hides inline code and everything between the first and the last double quote of one line.</summary>
    public static string HideInline(string line)
    {
        line = HideBetween(line, "`", "`", hideUnmatched: false);
        var (first, last) = (line.IndexOf('"', StringComparison.Ordinal), line.LastIndexOf('"'));
        return first < last ? $"{line[..first]}{Hidden}{line[(last + 1)..]}" : line;
    }

    private static string HideBetween(string text, string open, string close, bool hideUnmatched = true)
    {
        var kept = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf(open, at, StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = text.IndexOf(close, start + open.Length, StringComparison.Ordinal);
            if (end < 0 && !hideUnmatched)
            {
                break;
            }

            kept.Append(text, at, start - at).Append(Hidden);
            at = end < 0 ? text.Length : end + close.Length;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    private static string CodeBlocks(string text)
    {
        const string Ticks = "```";
        var parts = text.Split(Ticks); // outside, inside, outside, ...
        if (parts.Length == 3 && parts[0].Length == 0 && parts[2].Length == 0)
        {
            return Trim(Content(parts[1]));
        }

        var kept = new StringBuilder(parts[0]);
        for (var i = 1; i < parts.Length; i++)
        {
            if (i % 2 == 0)
            {
                kept.Append(parts[i]);
            }
            else if (i == parts.Length - 1)
            {
                kept.Append(Ticks).Append(parts[i]); // never closed: not a block
            }
            else
            {
                var content = Trim(Content(parts[i]));
                var isVerdict = content.StartsWith('{')
                    && (content.Contains("\"verdict\"", StringComparison.Ordinal) || content.Contains("\"rating\"", StringComparison.Ordinal));
                kept.Append(isVerdict ? content : $"{Hidden}");
            }
        }

        return kept.ToString();
    }

    private static string Content(string block) => block[OpeningWord.Match(block).Length..];
}
