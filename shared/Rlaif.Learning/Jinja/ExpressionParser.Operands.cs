using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <content>What operators stand between: literals, variables, and what is attached to them.</content>
internal sealed partial class ExpressionParser
{
    // -x|abs is (-x)|abs, but - -x.y is -(-(x.y)).
    private Expression ParseUnary(bool filters) => tokens.Nested(() =>
    {
        var value = tokens.IsSymbol("-") || tokens.IsSymbol("+") ? new Signed(tokens.Take().Text[0], ParseUnary(filters: false)) : ParsePrimary();
        value = ParsePostfix(value);
        return filters ? ParseFiltersAndTests(value) : value;
    });

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.SkipSymbol("|"))
            {
                value = ParseFilter(value);
            }
            else if (tokens.SkipName("is"))
            {
                value = ParseTest(value);
            }
            else if (tokens.IsSymbol("("))
            {
                value = new CallOf(value, ParseGiven());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseTest(Expression value)
    {
        var negated = tokens.SkipName("not");
        var name = ParseDottedName();
        var given = Given.Nothing;
        if (tokens.IsSymbol("("))
        {
            given = ParseGiven();
        }
        else if (tokens.IsName("is"))
        {
            throw tokens.Wrong("You cannot chain multiple tests with is");
        }
        else if (tokens.Current.Kind == TokenKind.Literal || tokens.IsSymbol("[") || tokens.IsSymbol("{")
            || (tokens.Current.Kind == TokenKind.Name && tokens.Current.Text is not ("else" or "or" or "and")))
        {
            given = new([ParsePostfix(ParsePrimary())], []);
        }

        var test = new TestOf(value, name, given);
        return negated ? new Not(test) : test;
    }

    private string ParseDottedName()
    {
        var name = tokens.ExpectName();
        while (tokens.SkipSymbol("."))
        {
            name += "." + tokens.ExpectName();
        }

        return name;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (tokens.SkipSymbol("."))
            {
                value = tokens.Current switch
                {
                    { Kind: TokenKind.Name } => new AttributeOf(value, tokens.Take().Text),
                    { Kind: TokenKind.Literal, Value: BigInteger } => new ItemOf(value, new Literal(tokens.Take().Value)),
                    _ => throw tokens.Wrong("expected name or number"),
                };
            }
            else if (tokens.SkipSymbol("["))
            {
                value = ParseSubscript(value);
                tokens.ExpectSymbol("]");
            }
            else if (tokens.IsSymbol("("))
            {
                value = new CallOf(value, ParseGiven());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseSubscript(Expression target)
    {
        var first = tokens.IsSymbol(":") ? null : Parse();
        if (!tokens.SkipSymbol(":"))
        {
            return new ItemOf(target, first!);
        }

        var to = tokens.IsSymbol(":") || tokens.IsSymbol("]") ? null : Parse();
        var step = tokens.SkipSymbol(":") && !tokens.IsSymbol("]") ? Parse() : null;
        return new SliceOf(target, first, to, step);
    }

    public Given ParseGiven()
    {
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        tokens.ExpectSymbol("(");
        while (!tokens.SkipSymbol(")"))
        {
            if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is(TokenKind.Symbol, "="))
            {
                var name = tokens.ExpectName();
                tokens.Take();
                named.Add((name, Parse()));
            }
            else if (named.Count > 0 || tokens.IsSymbol("*") || tokens.IsSymbol("**"))
            {
                throw tokens.Wrong("invalid syntax for function call expression");
            }
            else
            {
                positional.Add(Parse());
            }

            if (!tokens.IsSymbol(")"))
            {
                tokens.ExpectSymbol(",");
            }
        }

        return new(positional, named);
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token)
        {
            case { Kind: TokenKind.Name }:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true),
                    "false" or "False" => new Literal(false),
                    "none" or "None" => new Literal(null),
                    _ => new Variable(token.Text),
                };
            case { Kind: TokenKind.Literal, Value: string text }:
                while (tokens.Current is { Kind: TokenKind.Literal, Value: string more })
                {
                    text += more;
                    tokens.Take();
                }

                return new Literal(text);
            case { Kind: TokenKind.Literal }:
                return new Literal(token.Value);
            case { Kind: TokenKind.Symbol, Text: "(" }:
                var inner = ParseTuple(parenthesised: true);
                tokens.ExpectSymbol(")");
                return inner;
            case { Kind: TokenKind.Symbol, Text: "[" }:
                return new ListLiteral(ParseItems("]", Parse));
            case { Kind: TokenKind.Symbol, Text: "{" }:
                return new DictLiteral(ParseItems("}", ParsePair));
            default:
                throw new JinjaError($"unexpected '{token.Described}'") { Line = token.Line };
        }
    }

    private (Expression Key, Expression Value) ParsePair()
    {
        var key = Parse();
        tokens.ExpectSymbol(":");
        return (key, Parse());
    }

    private List<T> ParseItems<T>(string close, Func<T> parseItem)
    {
        var items = new List<T>();
        while (!tokens.SkipSymbol(close))
        {
            items.Add(parseItem());
            if (!tokens.IsSymbol(close))
            {
                tokens.ExpectSymbol(",");
            }
        }

        return items;
    }
}
