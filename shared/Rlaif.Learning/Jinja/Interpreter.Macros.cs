namespace Rlaif.Learning.Jinja;

/// <content>Calls of macros.</content>
internal sealed partial class Interpreter
{
    // A macro sees the variables of the place where it stands, as they are when it is called.
    private Callable Function(Macro macro, Scope home) => new(macro.Name, given =>
    {
        var scope = new Scope(home);
        var parameters = macro.Parameters.Select(p => p.Name).ToList();
        if (given.Positional.Count > parameters.Count)
        {
            throw new JinjaError($"macro '{macro.Name}' takes not more than {parameters.Count} argument(s)");
        }

        foreach (var (name, value) in given.Named)
        {
            var index = parameters.IndexOf(name);
            scope[name] = name == "caller" || index >= given.Positional.Count ? value
                : throw new JinjaError(index < 0
                    ? $"macro '{macro.Name}' takes no keyword argument '{name}'"
                    : $"macro '{macro.Name}' got multiple values for argument '{name}'");
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            var (name, standard) = macro.Parameters[i];
            if (i < given.Positional.Count)
            {
                scope[name] = given.Positional[i];
            }
            else if (!given.Named.Any(pair => pair.Name == name))
            {
                scope[name] = standard is null ? new Undefined($"parameter '{name}' was not provided") : Evaluate(standard, scope);
            }
        }

        return TextOf(macro.Body, scope);
    });
}
