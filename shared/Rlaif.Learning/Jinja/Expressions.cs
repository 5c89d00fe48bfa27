namespace Rlaif.Learning.Jinja;

internal abstract record Expression;

internal sealed record Literal(object? Value) : Expression;

internal sealed record Variable(string Name) : Expression;

internal sealed record ListLiteral(IReadOnlyList<Expression> Items) : Expression;

internal sealed record TupleLiteral(IReadOnlyList<Expression> Items) : Expression;

internal sealed record DictLiteral(IReadOnlyList<(Expression Key, Expression Value)> Pairs) : Expression;

/// <summary><c>target.name</c>.</summary>
internal sealed record AttributeOf(Expression Target, string Name) : Expression;

/// <summary><c>target[key]</c>.</summary>
internal sealed record ItemOf(Expression Target, Expression Key) : Expression;

/// <summary><c>target[from:to:step]</c>.</summary>
internal sealed record SliceOf(Expression Target, Expression? From, Expression? To, Expression? Step) : Expression;

internal sealed record CallOf(Expression Function, Given Given) : Expression;

/// <summary><c>value | name(...)</c>.</summary>
internal sealed record FilterOf(Expression Value, string Name, Given Given) : Expression;

/// <summary><c>value is name(...)</c>.</summary>
internal sealed record TestOf(Expression Value, string Name, Given Given) : Expression;

internal sealed record Not(Expression Operand) : Expression;

/// <summary><c>-operand</c> or <c>+operand</c>.</summary>
internal sealed record Signed(char Sign, Expression Operand) : Expression;

internal sealed record Binary(string Operator, Expression Left, Expression Right) : Expression;

/// <summary><c>and</c>, <c>or</c>: the value of one of its sides, not a bool.</summary>
internal sealed record Logical(bool IsAnd, Expression Left, Expression Right) : Expression;

/// <summary><c>a &lt; b &lt; c</c> means <c>a &lt; b and b &lt; c</c>.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Right)> Rest) : Expression;

internal sealed record Conditional(Expression Test, Expression Then, Expression? Else, int Line) : Expression;

/// <summary>What stands between the parentheses of a call.</summary>
internal sealed record Given(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static readonly Given Nothing = new([], []);
}
