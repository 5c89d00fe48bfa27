namespace Rlaif.Learning.Jinja;

/// <summary>Recursive descent over Jinja2's grammar of expressions, loosest binding first.</summary>
internal sealed partial class ExpressionParser(TokenReader tokens)
{
    // All of them bind to the left in Jinja, ** too.
    private static readonly string[][] Arithmetic = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]];
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>An expression; several with commas between them are a tuple.</summary>
    public Expression ParseTuple(bool conditional = true, bool parenthesised = false, string? endName = null)
    {
        var items = new List<Expression>();
        var isTuple = false;
        while (!EndsTuple(endName))
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

    private bool EndsTuple(string? endName) => tokens.Current.Kind is TokenKind.PrintEnd or TokenKind.TagEnd
        || tokens.IsSymbol(")") || (endName is not null && tokens.IsName(endName));

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
}
