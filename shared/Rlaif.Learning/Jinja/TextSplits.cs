using System.Buffers;

namespace Rlaif.Learning.Jinja;

/// <summary>Python's ways to cut a text. Without a separator runs of white space are one, and none is left at the ends.</summary>
internal static class TextSplits
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static List<object?> Split(string text, string? separator, int most)
    {
        if (separator is not null)
        {
            CheckSeparator(separator);
            return [.. text.Split(separator, most < 0 ? int.MaxValue : most + 1)];
        }

        var parts = new List<object?>();
        var left = text.AsSpan();
        while (left.IndexOfAnyExcept(PythonText.Spaces) is >= 0 and var begin)
        {
            left = left[begin..];
            var end = left.IndexOfAny(PythonText.Spaces);
            if (end < 0 || parts.Count == most)
            {
                parts.Add((parts.Count == most ? PythonText.StripEnd(left.ToString()) : left.ToString()));
                break;
            }

            parts.Add(left[..end].ToString());
            left = left[end..];
        }

        return parts;
    }

    public static List<object?> SplitFromEnd(string text, string? separator, int most)
    {
        var parts = Split(text, separator, -1);
        if (most < 0 || parts.Count <= most + 1)
        {
            return parts;
        }

        if (separator is null)
        {
            throw new JinjaError("rsplit() without a separator takes no maxsplit here");
        }

        var kept = parts.Count - most;
        return [string.Join(separator, parts.Take(kept)), .. parts.Skip(kept)];
    }

    public static object?[] Partition(string text, string separator, bool fromEnd)
    {
        CheckSeparator(separator);
        var at = fromEnd ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]]
            : fromEnd ? ["", "", text] : [text, "", ""];
    }

    public static List<object?> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<object?>();
        for (var begin = 0; begin < text.Length;)
        {
            var end = text.AsSpan(begin).IndexOfAny(LineEnds) is >= 0 and var found ? begin + found : text.Length;
            var next = end < text.Length ? end + (text.AsSpan(end).StartsWith("\r\n") ? 2 : 1) : end;
            lines.Add(text[begin..(keepEnds ? next : end)]);
            begin = next;
        }

        return lines;
    }

    private static void CheckSeparator(string separator)
    {
        if (separator.Length == 0)
        {
            throw new JinjaError("empty separator");
        }
    }
}
