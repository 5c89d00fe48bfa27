namespace Rlaif.Learning.Jinja;

/// <summary>The statements of chat templates: no inheritance, includes or imports, for a template is one text.</summary>
internal sealed class StatementParser
{
    private readonly TokenReader tokens;
    private readonly ExpressionParser expressions;
    private int loops;

    private StatementParser(TokenReader tokens)
    {
        this.tokens = tokens;
        expressions = new(tokens);
    }

    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new StatementParser(new(Lexer.Read(template)));
        return parser.ParseUntil();
    }

    // Leaves the name of the end tag as the current token; without ends it reads to the end of the template.
    private List<Statement> ParseUntil(params string[] ends) => tokens.Nested(() =>
    {
        var body = new List<Statement>();
        while (true)
        {
            var token = tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new DataText(token.Line, token.Text));
                    break;
                case TokenKind.PrintBegin:
                    body.Add(new Print(token.Line, expressions.ParseTuple()));
                    tokens.Expect(TokenKind.PrintEnd);
                    break;
                case TokenKind.End when ends.Length == 0:
                    return body;
                case TokenKind.End:
                    var wanted = string.Join(" or ", ends.Select(end => $"'{end}'"));
                    throw tokens.Wrong($"Unexpected end of template. Jinja was looking for the following tags: {wanted}.");
                default:
                    if (tokens.Current.Kind == TokenKind.Name && ends.Contains(tokens.Current.Text, StringComparer.Ordinal))
                    {
                        return body;
                    }

                    body.Add(ParseStatement());
                    tokens.Expect(TokenKind.TagEnd);
                    break;
            }
        }
    });

    // A body and its end tag but for the closing %}, which the caller of ParseStatement reads.
    private List<Statement> ParseBody(params string[] ends)
    {
        tokens.Expect(TokenKind.TagEnd);
        return ParseUntil(ends);
    }

    private List<Statement> ParseWhole(string end)
    {
        var body = ParseBody(end);
        tokens.ExpectName(end);
        return body;
    }

    private Statement ParseStatement()
    {
        var line = tokens.Current.Line;
        var name = tokens.Current.Kind == TokenKind.Name ? tokens.Take().Text : throw tokens.Wrong("tag name expected");
        return name switch
        {
            "if" => ParseIf(line),
            "for" => ParseFor(line),
            "set" => ParseSet(line),
            "macro" => new DefineMacro(line, ParseMacro(tokens.ExpectName(), "endmacro")),
            "call" => ParseCall(line),
            "with" => ParseWith(line),
            "filter" => new Block(line, null, expressions.ParseFilters(expressions.ParseFilter(Block.Written)), ParseWhole("endfilter")),
            // Marks what the assistant says; transformers renders it as a call block, so what is set inside stays inside.
            "generation" => new Block(line, null, Block.Written, ParseWhole("endgeneration")),
            "break" or "continue" when loops > 0 => new Jump(line, name == "break" ? Flow.Break : Flow.Continue),
            "break" or "continue" => throw tokens.Wrong($"'{name}' outside of a loop"),
            _ => throw tokens.Wrong($"Encountered unknown tag '{name}'."),
        };
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        do
        {
            branches.Add((expressions.ParseTuple(conditional: false), ParseBody("elif", "else", "endif")));
        }
        while (tokens.SkipName("elif"));
        var otherwise = tokens.SkipName("else") ? ParseBody("endif") : [];
        tokens.ExpectName("endif");
        return new(line, branches, otherwise);
    }

    private For ParseFor(int line)
    {
        var target = expressions.ParseTarget();
        tokens.ExpectName("in");
        var items = expressions.ParseTuple(conditional: false, endName: "recursive");
        var condition = tokens.SkipName("if") ? expressions.Parse() : null;
        loops++;
        var body = ParseBody("else", "endfor");
        loops--;
        var otherwise = tokens.SkipName("else") ? ParseBody("endfor") : [];
        tokens.ExpectName("endfor");
        return new(line, target, items, condition, body, otherwise);
    }

    private Statement ParseSet(int line)
    {
        var target = expressions.ParseTarget(namespaces: true);
        return tokens.SkipSymbol("=")
            ? new Assign(line, target, expressions.ParseTuple())
            : new Block(line, target, expressions.ParseFilters(Block.Written), ParseWhole("endset"));
    }

    private With ParseWith(int line)
    {
        var variables = new List<(Expression, Expression)>();
        while (tokens.Current.Kind != TokenKind.TagEnd)
        {
            if (variables.Count > 0)
            {
                tokens.ExpectSymbol(",");
            }

            var target = expressions.ParseTarget();
            tokens.ExpectSymbol("=");
            variables.Add((target, expressions.Parse()));
        }

        return new(line, variables, ParseWhole("endwith"));
    }

    private CallBlock ParseCall(int line)
    {
        var parameters = tokens.IsSymbol("(") ? ParseParameters() : [];
        var call = expressions.Parse() as CallOf ?? throw tokens.Wrong("expected call");
        return new(line, call, new("caller", parameters, ParseOutsideLoops("endcall")));
    }

    private Macro ParseMacro(string name, string end) => new(name, ParseParameters(), ParseOutsideLoops(end));

    private List<Statement> ParseOutsideLoops(string end)
    {
        (var around, loops) = (loops, 0);
        var body = ParseWhole(end);
        loops = around;
        return body;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        var parameters = new List<(string, Expression? Default)>();
        tokens.ExpectSymbol("(");
        while (!tokens.SkipSymbol(")"))
        {
            var name = tokens.ExpectName();
            var standard = tokens.SkipSymbol("=") ? expressions.Parse() : null;
            if (standard is null && parameters.Exists(p => p.Default is not null))
            {
                throw tokens.Wrong("non-default argument follows default argument");
            }

            parameters.Add((name, standard));
            if (!tokens.IsSymbol(")"))
            {
                tokens.ExpectSymbol(",");
            }
        }

        return parameters;
    }
}
