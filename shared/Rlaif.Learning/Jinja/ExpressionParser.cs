using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>Recursive descent over Jinja2's grammar of expressions, loosest binding first.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    // All of them bind to the left in Jinja, ** too.
    private static readonly string[][] Arithmetic = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]];
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>An expression; several with commas between them are a tuple.</summary>
    public Expression ParseTuple(bool conditional = true, bool parenthesised = false, string? endName = null)
    {
        var items = new List<Expression>();
        var isTuple = false;
        while (!(tokens.Current.Kind is TokenKind.PrintEnd or TokenKind.TagEnd || tokens.IsSymbol(")") || (endName is not null && tokens.IsName(endName))))
        {
            items.Add(conditional ? Parse() : ParseOr());
            if (!tokens.SkipSymbol(","))
            {
                break;
            }

            isTuple = true;
        }

        return (isTuple, items) switch
        {
            (false, [var single]) => single,
            (false, _) when !parenthesised => throw tokens.Wrong($"Expected an expression, got '{tokens.Current.Described}'"),
            _ => new TupleLiteral(items),
        };
    }

    public Expression Parse() => tokens.Nested(() =>
    {
        var value = ParseOr();
        while (tokens.Current.Line is var line && tokens.SkipName("if"))
        {
            var test = ParseOr();
            value = new Conditional(test, value, tokens.SkipName("else") ? Parse() : null, line);
        }

        return value;
    });

    public Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.SkipName("or"))
        {
            left = new Logical(IsAnd: false, left, ParseAnd());
        }

        return left;
    }

    /// <summary>Zero or more filters on a value.</summary>
    public Expression ParseFilters(Expression value)
    {
        while (tokens.SkipSymbol("|"))
        {
            value = ParseFilter(value);
        }

        return value;
    }

    public Expression ParseFilter(Expression value) => new FilterOf(value, ParseDottedName(), tokens.IsSymbol("(") ? ParseGiven() : Given.Nothing);

    /// <summary>A variable, or a tuple of targets; an attribute where a namespace may be the target.</summary>
    public Expression ParseTarget(bool namespaces = false)
    {
        var targets = new List<Expression>();
        var isTuple = false;
        do
        {
            if (targets.Count > 0 && tokens.Current.Kind != TokenKind.Name && !tokens.IsSymbol("("))
            {
                break;
            }

            targets.Add(ParseSingleTarget(namespaces));
        }
        while (tokens.SkipSymbol(",") && (isTuple = true));
        return isTuple ? new TupleLiteral(targets) : targets[0];
    }

    private Expression ParseSingleTarget(bool namespaces) => tokens.Nested<Expression>(() =>
    {
        if (tokens.SkipSymbol("("))
        {
            var inner = ParseTarget(namespaces);
            tokens.ExpectSymbol(")");
            return inner;
        }

        var name = tokens.ExpectName();
        return name is "true" or "false" or "none" or "True" or "False" or "None" ? throw tokens.Wrong("can't assign to 'const'")
            : namespaces && tokens.SkipSymbol(".") ? new AttributeOf(new Variable(name), tokens.ExpectName())
            : new Variable(name);
    });

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.SkipName("and"))
        {
            left = new Logical(IsAnd: true, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot() => tokens.SkipName("not") ? tokens.Nested(() => new Not(ParseNot())) : ParseComparison();

    private Expression ParseComparison()
    {
        var first = ParseArithmetic(0);
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Symbol && Array.IndexOf(Comparisons, tokens.Current.Text) >= 0)
            {
                rest.Add((tokens.Take().Text, ParseArithmetic(0)));
            }
            else if (tokens.SkipName("in"))
            {
                rest.Add(("in", ParseArithmetic(0)));
            }
            else if (tokens.IsName("not") && tokens.Following.Is(TokenKind.Name, "in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", ParseArithmetic(0)));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(first, rest);
            }
        }
    }

    private Expression ParseArithmetic(int level)
    {
        if (level == Arithmetic.Length)
        {
            return ParseUnary(filters: true);
        }

        var left = ParseArithmetic(level + 1);
        while (tokens.Current.Kind == TokenKind.Symbol && Array.IndexOf(Arithmetic[level], tokens.Current.Text) >= 0)
        {
            left = new Binary(tokens.Take().Text, left, ParseArithmetic(level + 1));
        }

        return left;
    }

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
