namespace Rlaif.Learning.Jinja;

/// <summary>Variables of a template, a loop body, a block or a macro call. What is set here is not seen outside.</summary>
internal sealed class Scope(Scope? around)
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    public object? this[string name]
    {
        set => values[name] = value;
    }

    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Around)
        {
            if (scope.values.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return new Undefined($"'{name}' is undefined");
    }

    private Scope? Around => around;
}
