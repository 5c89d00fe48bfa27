using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Runs the statements of one rendering.</summary>
internal sealed partial class Interpreter
{
    private int line;

    public Sandbox Sandbox { get; } = new();

    /// <summary>The text that the statements print, given the variables.</summary>
    public static string Render(IReadOnlyList<Statement> template, Scope variables)
    {
        var interpreter = new Interpreter();
        try
        {
            return interpreter.TextOf(template, new Scope(variables));
        }
        catch (JinjaError error) when (error.Line == 0)
        {
            throw new JinjaError(error.Message) { Line = interpreter.line, IsRaised = error.IsRaised };
        }
    }

    private string TextOf(IReadOnlyList<Statement> body, Scope scope)
    {
        var output = new StringBuilder();
        Run(body, scope, output);
        return output.ToString();
    }

    private Flow Run(IReadOnlyList<Statement> body, Scope scope, StringBuilder output)
    {
        Sandbox.Enter();
        var flow = Flow.Next;
        for (var i = 0; i < body.Count && flow == Flow.Next; i++)
        {
            line = body[i].Line;
            Sandbox.Spend(Sandbox.Item);
            flow = Execute(body[i], scope, output);
        }

        Sandbox.Leave();
        return flow;
    }

    private Flow Execute(Statement statement, Scope scope, StringBuilder output)
    {
        switch (statement)
        {
            case DataText data:
                output.Append(Sandbox.Made(data.Text));
                break;
            case Print print:
                output.Append(Sandbox.Made(Printing.Text(Evaluate(print.Value, scope), Sandbox)));
                break;
            case If choice:
                return Run(Chosen(choice, scope), scope, output);
            case For loop:
                return RunLoop(loop, scope, output);
            case Assign assign:
                Set(assign.Target, Evaluate(assign.Value, scope), scope);
                break;
            case Block block:
                RunBlock(block, scope, output);
                break;
            case With with:
                var inner = new Scope(scope);
                foreach (var (target, value) in with.Variables)
                {
                    Set(target, Evaluate(value, scope), inner);
                }

                return Run(with.Body, inner, output);
            case DefineMacro define:
                scope[define.Macro.Name] = Function(define.Macro, scope);
                break;
            case CallBlock block:
                var given = Evaluated(block.Call.Given, scope);
                var caller = Function(block.Caller, scope);
                var text = Call(Evaluate(block.Call.Function, scope), given with { Named = [.. given.Named, ("caller", caller)] });
                output.Append(Sandbox.Made(Printing.Text(text, Sandbox)));
                break;
            case Jump jump:
                return jump.Flow;
            default:
                throw new InvalidOperationException($"{statement.GetType().Name} has no meaning.");
        }

        return Flow.Next;
    }

    private IReadOnlyList<Statement> Chosen(If choice, Scope scope)
    {
        foreach (var (test, body) in choice.Branches)
        {
            if (Kinds.IsTrue(Evaluate(test, scope)))
            {
                return body;
            }
        }

        return choice.Else;
    }

    // Each turn has its own scope: what is set in one is not seen in the next.
    private Flow RunLoop(For loop, Scope scope, StringBuilder output)
    {
        var items = Kinds.Items(Evaluate(loop.Items, scope), Sandbox);
        if (loop.Condition is { } condition)
        {
            items = Sandbox.Made(items.Where(item => Kinds.IsTrue(Evaluate(condition, Turn(loop, item, scope)))).ToList());
        }

        var state = new LoopState(items);
        for (; state.Index < items.Count; state.Index++)
        {
            Sandbox.Spend(Sandbox.Item);
            var turn = Turn(loop, items[state.Index], scope);
            turn["loop"] = state;
            if (Run(loop.Body, turn, output) == Flow.Break)
            {
                break;
            }
        }

        return items.Count == 0 ? Run(loop.Else, new Scope(scope), output) : Flow.Next;
    }

    private Scope Turn(For loop, object? item, Scope scope)
    {
        var turn = new Scope(scope);
        Set(loop.Target, item, turn);
        return turn;
    }

    private void RunBlock(Block block, Scope scope, StringBuilder output)
    {
        var inner = new Scope(scope);
        var text = TextOf(block.Body, inner);
        inner[Block.Written.Name] = text;
        var value = Evaluate(block.Filtered, inner);
        if (block.Target is { } target)
        {
            Set(target, value, scope);
        }
        else
        {
            output.Append(Sandbox.Made(Printing.Text(value, Sandbox)));
        }
    }

    private void Set(Expression target, object? value, Scope scope)
    {
        switch (target)
        {
            case Variable variable:
                scope[variable.Name] = value;
                break;
            case AttributeOf { Target: Variable holder } attribute:
                var space = scope.Find(holder.Name) as Namespace ?? throw new JinjaError("cannot assign attribute on non-namespace object");
                space.Attributes[attribute.Name] = value;
                break;
            case TupleLiteral tuple:
                var items = Kinds.Items(value, Sandbox);
                if (items.Count != tuple.Items.Count)
                {
                    throw new JinjaError(items.Count > tuple.Items.Count
                        ? $"too many values to unpack (expected {tuple.Items.Count})"
                        : $"not enough values to unpack (expected {tuple.Items.Count}, got {items.Count})");
                }

                for (var i = 0; i < items.Count; i++)
                {
                    Set(tuple.Items[i], items[i], scope);
                }

                break;
        }
    }
}
