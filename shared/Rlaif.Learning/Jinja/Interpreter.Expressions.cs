namespace Rlaif.Learning.Jinja;

/// <content>The value of an expression.</content>
internal sealed partial class Interpreter
{
    public object? Evaluate(Expression expression, Scope scope)
    {
        Sandbox.Enter();
        var value = expression switch
        {
            Literal literal => literal.Value,
            Variable variable => scope.Find(variable.Name),
            ListLiteral list => Sandbox.Made(Values(list.Items, scope)),
            TupleLiteral tuple => Sandbox.Made(Values(tuple.Items, scope)).ToArray(),
            DictLiteral dict => Dict(dict, scope),
            AttributeOf access => Access.Attribute(Evaluate(access.Target, scope), access.Name, Sandbox),
            ItemOf access => Access.Item(Evaluate(access.Target, scope), Evaluate(access.Key, scope), Sandbox),
            SliceOf slice => Slice(slice, scope),
            CallOf call => Call(Evaluate(call.Function, scope), Evaluated(call.Given, scope)),
            FilterOf filter => Filters.Apply(filter.Name, Evaluate(filter.Value, scope), Evaluated(filter.Given, scope), this),
            TestOf test => Tests.Passes(test.Name, Evaluate(test.Value, scope), Evaluated(test.Given, scope), Sandbox),
            Not not => !Kinds.IsTrue(Evaluate(not.Operand, scope)),
            Signed signed => Operators.Signed(signed.Sign, Evaluate(signed.Operand, scope)),
            Binary binary => Operators.Binary(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), Sandbox),
            Logical logical => Either(logical, scope),
            Comparison comparison => Holds(comparison, scope),
            Conditional choice => Choice(choice, scope),
            _ => throw new InvalidOperationException($"{expression.GetType().Name} has no value."),
        };
        Sandbox.Leave();
        return value;
    }

    public static object? Call(object? function, Arguments given) => function switch
    {
        Callable callable => callable.Invoke(given),
        Undefined missing => throw missing.Used(),
        _ => throw new JinjaError($"'{Kinds.Name(function)}' object is not callable"),
    };

    private List<object?> Values(IReadOnlyList<Expression> items, Scope scope) => [.. items.Select(item => Evaluate(item, scope))];

    private object? Slice(SliceOf slice, Scope scope) => Access.Slice(
        Evaluate(slice.Target, scope), Optional(slice.From, scope), Optional(slice.To, scope), Optional(slice.Step, scope), Sandbox);

    private object? Optional(Expression? expression, Scope scope) => expression is null ? null : Evaluate(expression, scope);

    private Arguments Evaluated(Given given, Scope scope) => given.Positional.Count + given.Named.Count == 0 ? Arguments.None
        : new(Values(given.Positional, scope), [.. given.Named.Select(pair => (pair.Name, Evaluate(pair.Value, scope)))]);

    private Mapping Dict(DictLiteral dict, Scope scope)
    {
        var mapping = new Mapping();
        foreach (var (key, value) in dict.Pairs)
        {
            mapping[Evaluate(key, scope)] = Evaluate(value, scope);
        }

        return mapping;
    }

    private object? Either(Logical logical, Scope scope)
    {
        var left = Evaluate(logical.Left, scope);
        return Kinds.IsTrue(left) == logical.IsAnd ? Evaluate(logical.Right, scope) : left;
    }

    private bool Holds(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (operation, expression) in comparison.Rest)
        {
            var right = Evaluate(expression, scope);
            if (!Operators.Compare(operation, left, right, Sandbox))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private object? Choice(Conditional choice, Scope scope) =>
        Kinds.IsTrue(Evaluate(choice.Test, scope)) ? Evaluate(choice.Then, scope)
        : choice.Else is { } otherwise ? Evaluate(otherwise, scope)
        : new Undefined($"the inline if-expression on line {choice.Line} evaluated to false and no else section was defined.");
}
