namespace Rlaif.Learning.Jinja;

internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,
    PrintBegin,
    PrintEnd,
    TagBegin,
    TagEnd,
    Name,

    /// <summary>A literal: its value is a text, a whole number or a double.</summary>
    Literal,
    Symbol,
    End,
}

/// <summary>A piece of a template; the line counts from 1.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Value = null)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    /// <summary>What Jinja2 calls it in its messages.</summary>
    public string Described => Kind switch
    {
        TokenKind.PrintBegin => "begin of print statement",
        TokenKind.PrintEnd => "end of print statement",
        TokenKind.TagBegin => "begin of statement block",
        TokenKind.TagEnd => "end of statement block",
        TokenKind.Data => "template data / text",
        TokenKind.End => "end of template",
        _ => Text,
    };
}
