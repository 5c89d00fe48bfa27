namespace Rlaif.Learning.Jinja;

/// <summary>A piece of a template; the line is that of its tag.</summary>
internal abstract record Statement(int Line);

internal sealed record DataText(int Line, string Text) : Statement(Line);

internal sealed record Print(int Line, Expression Value) : Statement(Line);

internal sealed record If(int Line, IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else)
    : Statement(Line);

/// <summary>Target: a variable or a tuple of targets.</summary>
internal sealed record For(
    int Line, Expression Target, Expression Items, Expression? Condition, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else)
    : Statement(Line);

/// <summary>Target: a variable, an attribute of a namespace, or a tuple of these.</summary>
internal sealed record Assign(int Line, Expression Target, Expression Value) : Statement(Line);

/// <summary>Renders its body and gives the text to <see cref="Filtered"/>, which reads it as the variable <see cref="Written"/>;
/// the result is assigned, or printed where there is no target. What is set inside stays inside.</summary>
internal sealed record Block(int Line, Expression? Target, Expression Filtered, IReadOnlyList<Statement> Body) : Statement(Line)
{
    // No name in a template can be this one.
    public static readonly Variable Written = new("(block)");
}

internal sealed record With(int Line, IReadOnlyList<(Expression Target, Expression Value)> Variables, IReadOnlyList<Statement> Body)
    : Statement(Line);

internal sealed record DefineMacro(int Line, Macro Macro) : Statement(Line);

/// <summary><c>{% call %}</c>: calls a macro that may call the body back as <c>caller</c>.</summary>
internal sealed record CallBlock(int Line, CallOf Call, Macro Caller) : Statement(Line);

/// <summary><c>{% break %}</c> or <c>{% continue %}</c>.</summary>
internal sealed record Jump(int Line, Flow Flow) : Statement(Line);

internal sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body);

/// <summary>How it goes on after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
