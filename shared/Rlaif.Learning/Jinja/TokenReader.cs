namespace Rlaif.Learning.Jinja;

/// <summary>The tokens of a template, one after the other; also counts how deep the parser stands.</summary>
internal sealed class TokenReader(IReadOnlyList<Token> tokens)
{
    private const int MaxDepth = 100;
    private int at;
    private int depth;

    public Token Current => tokens[at];

    public Token Following => tokens[Math.Min(at + 1, tokens.Count - 1)];

    public Token Take() => tokens[at < tokens.Count - 1 ? at++ : at];

    public bool IsName(string name) => Current.Is(TokenKind.Name, name);

    public bool IsSymbol(string symbol) => Current.Is(TokenKind.Symbol, symbol);

    public bool SkipName(string name) => IsName(name) && Skip();

    public bool SkipSymbol(string symbol) => IsSymbol(symbol) && Skip();

    public string ExpectName() => Current.Kind == TokenKind.Name ? Take().Text : throw Unexpected("name");

    public void ExpectName(string name)
    {
        if (!SkipName(name))
        {
            throw Unexpected(name);
        }
    }

    public void ExpectSymbol(string symbol)
    {
        if (!SkipSymbol(symbol))
        {
            throw Unexpected(symbol);
        }
    }

    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(new Token(kind, "", 0).Described);
        }

        Take();
    }

    public T Nested<T>(Func<T> parse)
    {
        if (++depth > MaxDepth)
        {
            throw Wrong("it is nested deeper than a chat template may be");
        }

        var parsed = parse();
        depth--;
        return parsed;
    }

    public JinjaError Wrong(string message) => new(message) { Line = Current.Line };

    private bool Skip()
    {
        Take();
        return true;
    }

    private JinjaError Unexpected(string wanted) => Wrong(Current.Kind == TokenKind.End
        ? $"unexpected end of template, expected '{wanted}'."
        : $"expected token '{wanted}', got '{Current.Described}'");
}
