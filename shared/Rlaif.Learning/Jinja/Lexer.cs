namespace Rlaif.Learning.Jinja;

/// <summary>Cuts a template into text and tags, with trim_blocks and lstrip_blocks on, as transformers sets them: a statement or comment
/// takes the newline behind it and, alone on its line, the indentation before it; <c>-</c> takes all white space on its side,
/// <c>+</c> takes none.</summary>
internal sealed class Lexer
{
    private readonly string source;
    private readonly List<Token> tokens = [];
    private int at;
    private int line = 1;
    private bool lineStarts = true;

    private Lexer(string source) => this.source = source;

    public static IReadOnlyList<Token> Read(string template)
    {
        var lines = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new Lexer(lines.EndsWith('\n') ? lines[..^1] : lines);
        lexer.ReadAll();
        return lexer.tokens;
    }

    private void ReadAll()
    {
        while (at < source.Length)
        {
            var begin = NextBegin();
            if (begin < 0)
            {
                Add(TokenKind.Data, source[at..]);
                MoveTo(source.Length);
                break;
            }

            var sign = SignAt(begin + 2);
            AddText(source[at..begin], sign, isPrint: source[begin + 1] == '{');
            MoveTo(begin + (sign == ' ' ? 2 : 3));
            switch (source[begin + 1])
            {
                case '#':
                    SkipComment();
                    break;
                case '%' when RawBegin() is { } inside:
                    ReadRaw(inside);
                    break;
                default:
                    ReadTag(isPrint: source[begin + 1] == '{');
                    break;
            }
        }

        Add(TokenKind.End, "");
    }

    private int NextBegin()
    {
        var begin = at;
        while ((begin = source.IndexOf('{', begin)) >= 0)
        {
            if (begin + 1 < source.Length && source[begin + 1] is '{' or '%' or '#')
            {
                return begin;
            }

            begin++;
        }

        return -1;
    }

    private char SignAt(int index) => index < source.Length && source[index] is '-' or '+' ? source[index] : ' ';

    // Text before a tag that has the given sign.
    private void AddText(string text, char sign, bool isPrint)
    {
        if (sign == '-')
        {
            text = PythonText.StripEnd(text);
        }
        else if (sign != '+' && !isPrint)
        {
            var lastLine = text.LastIndexOf('\n') + 1;
            if ((lastLine > 0 || lineStarts) && text.AsSpan(lastLine).IndexOfAnyExcept(PythonText.Spaces) < 0)
            {
                text = text[..lastLine];
            }
        }

        Add(TokenKind.Data, text);
    }

    private void SkipComment()
    {
        var end = source.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new JinjaError("Missing end of comment tag") { Line = line };
        }

        EndTag(end + 2, end > at ? SignAt(end - 1) : ' ', trims: true);
    }

    // Behind {% and a sign: where the raw text begins, if this is a raw block.
    private int? RawBegin()
    {
        if (TagNamed("raw", at) is not { } end || SkipSpaces(end + (SignAt(end) == '-' ? 1 : 0)) is var close && !Is("%}", close))
        {
            return null;
        }

        return SignAt(end) switch { '-' => SkipSpaces(close + 2), '+' => null, _ => close + 2 };
    }

    private void ReadRaw(int inside)
    {
        for (var begin = TagFrom(inside); begin >= 0; begin = TagFrom(begin + 2))
        {
            var sign = SignAt(begin + 2);
            if (TagNamed("endraw", begin + (sign == ' ' ? 2 : 3)) is not { } end)
            {
                continue;
            }

            var endSign = SignAt(end);
            if (Is("%}", endSign == ' ' ? end : end + 1))
            {
                MoveTo(inside);
                lineStarts = source[inside - 1] == '\n';
                AddText(source[inside..begin], sign, isPrint: false);
                MoveTo(begin);
                EndTag((endSign == ' ' ? end : end + 1) + 2, endSign, trims: true);
                return;
            }
        }

        throw new JinjaError("Missing end of raw directive") { Line = line };
    }

    private int TagFrom(int index) => source.IndexOf("{%", index, StringComparison.Ordinal);

    // Where a tag that consists of this name has its end.
    private int? TagNamed(string name, int from)
    {
        var begin = SkipSpaces(from);
        var end = SkipSpaces(begin + name.Length);
        return Is(name, begin) ? end : null;
    }

    private void ReadTag(bool isPrint)
    {
        Add(isPrint ? TokenKind.PrintBegin : TokenKind.TagBegin, "");
        var close = isPrint ? "}}" : "%}";
        var tag = new TagLexer(source, at, line, tokens);
        while (tag.ReadToken(close))
        {
            continue;
        }

        MoveTo(tag.At);
        if (at == source.Length)
        {
            return;
        }

        var sign = Is(close, at) ? ' ' : source[at];
        Add(isPrint ? TokenKind.PrintEnd : TokenKind.TagEnd, "");
        EndTag(at + (sign == ' ' ? 2 : 3), sign, trims: !isPrint);
    }

    private void EndTag(int end, char sign, bool trims)
    {
        end = sign == '-' ? SkipSpaces(end) : sign == ' ' && trims && end < source.Length && source[end] == '\n' ? end + 1 : end;
        lineStarts = source[end - 1] == '\n';
        MoveTo(end);
    }

    private bool Is(string text, int index) => string.CompareOrdinal(source, index, text, 0, text.Length) == 0;

    private int SkipSpaces(int index)
    {
        while (index < source.Length && PythonText.IsSpace(source[index]))
        {
            index++;
        }

        return index;
    }

    private void MoveTo(int index)
    {
        line += source.AsSpan(at, index - at).Count('\n');
        at = index;
    }

    private void Add(TokenKind kind, string text)
    {
        if (kind != TokenKind.Data || text.Length > 0)
        {
            tokens.Add(new(kind, text, line));
        }
    }
}
