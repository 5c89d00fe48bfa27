using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>What may stand behind <c>is</c>.</summary>
internal static class Tests
{
    public static bool Passes(string name, object? value, Arguments given, Sandbox sandbox)
    {
        if (given.Named.Count > 0 || given.Positional.Count > 1)
        {
            throw new JinjaError($"the test '{name}' takes at most one argument");
        }

        return given.Positional is [var other] ? Compares(name, value, other, sandbox) : Describes(name, value, sandbox);
    }

    private static bool Describes(string name, object? value, Sandbox sandbox) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "true" => value is true,
        "false" => value is false,
        "boolean" => value is bool,
        "integer" => value is BigInteger,
        "float" => value is double,
        "number" => Kinds.IsNumber(value),
        "string" => value is string,
        "mapping" => value is Mapping,
        "iterable" or "sequence" => Kinds.IsIterable(value),
        "callable" => value is Callable or Undefined,
        "odd" => !IsDivisible(value, new BigInteger(2)),
        "even" => IsDivisible(value, new BigInteger(2)),
        "upper" => PythonText.IsUpper(Printing.Text(value, sandbox)),
        "lower" => PythonText.IsLower(Printing.Text(value, sandbox)),
        _ => throw (IsComparison(name) ? new JinjaError($"the test '{name}' needs an argument") : Unknown(name)),
    };

    private static bool Compares(string name, object? value, object? other, Sandbox sandbox) => name switch
    {
        "divisibleby" => IsDivisible(value, other),
        "sameas" => value is bool or BigInteger or string or null ? Equals(value, other) : ReferenceEquals(value, other),
        "in" => Operators.IsIn(value, other, sandbox),
        _ => Operators.Compare(Operator(name) ?? throw Unknown(name), value, other, sandbox),
    };

    private static bool IsComparison(string name) => name is "divisibleby" or "sameas" or "in" || Operator(name) is not null;

    private static string? Operator(string name) => name switch
    {
        "eq" or "equalto" or "==" => "==",
        "ne" or "!=" => "!=",
        "lt" or "lessthan" or "<" => "<",
        "le" or "<=" => "<=",
        "gt" or "greaterthan" or ">" => ">",
        "ge" or ">=" => ">=",
        _ => null,
    };

    private static bool IsDivisible(object? value, object? by) =>
        Kinds.IsNumber(value) && Kinds.IsNumber(by) ? Numbers.Double(Numbers.Calculate("%", value!, by!)!) == 0
        : value is Undefined missing ? throw missing.Used()
        : throw new JinjaError($"unsupported operand type(s) for %: '{Kinds.Name(value)}' and '{Kinds.Name(by)}'");

    private static JinjaError Unknown(string name) => new($"No test named '{name}'.");
}
