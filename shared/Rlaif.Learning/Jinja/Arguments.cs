using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>The values of a call.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyList<(string Name, object? Value)> Named)
{
    public static readonly Arguments None = new([], []);

    /// <summary>Brings them into the order of the parameters.</summary>
    public BoundArguments Bind(string callee, IReadOnlyList<string> parameters)
    {
        if (Positional.Count > parameters.Count)
        {
            throw new JinjaError($"{callee}() takes at most {parameters.Count} arguments ({Positional.Count} given)");
        }

        var values = new object?[parameters.Count];
        Array.Fill(values, BoundArguments.Absent);
        for (var i = 0; i < Positional.Count; i++)
        {
            values[i] = Positional[i];
        }

        foreach (var (name, value) in Named)
        {
            var index = parameters.IndexOf(name);
            values[index >= 0 && ReferenceEquals(values[index], BoundArguments.Absent) ? index
                : throw new JinjaError($"{callee}() got an unexpected keyword argument '{name}'")] = value;
        }

        return new(callee, parameters, values);
    }
}

/// <summary>The values of a call in the order of its parameters, read by type. An absent one and None give the default.</summary>
internal sealed class BoundArguments(string callee, IReadOnlyList<string> parameters, object?[] values)
{
    public static readonly object Absent = new();

    public bool Has(int index) => !ReferenceEquals(values[index], Absent);

    public object? Value(int index, object? absent = null) => Has(index) ? values[index] : absent;

    public bool Flag(int index, bool absent = false) => Has(index) ? Kinds.IsTrue(values[index]) : absent;

    public string? Text(int index) => Value(index) switch
    {
        null => null,
        string text => text,
        var other => throw Wrong(index, "a text", other),
    };

    public string Text(int index, string absent) => Text(index) ?? absent;

    public string RequiredText(int index) => Text(index) ?? throw Wrong(index, "a text", null);

    public int Int(int index, int absent) => Value(index) switch
    {
        null => absent,
        bool or BigInteger => Numbers.Int(values[index]!),
        var other => throw Wrong(index, "a whole number", other),
    };

    private JinjaError Wrong(int index, string wanted, object? found) =>
        found is Undefined missing ? missing.Used() : new($"{callee}() needs {wanted} for '{parameters[index]}', not {Kinds.Name(found)}");
}

internal static class ParameterNames
{
    public static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        var index = names.Count - 1;
        while (index >= 0 && names[index] != name)
        {
            index--;
        }

        return index;
    }
}
