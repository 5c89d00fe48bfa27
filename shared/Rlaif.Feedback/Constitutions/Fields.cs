using Rlaif.Recipes;

namespace Rlaif.Feedback.Constitutions;

/// <summary>What is wrong with a file: found all at once, told in a few lines.</summary>
internal sealed class Problems(string path)
{
    private const int Shown = 5;
    private readonly List<(int Line, string What)> _found = [];

    public void Add(int line, string what) => _found.Add((line, what));

    public void ThrowIfAny()
    {
        if (_found is [])
        {
            return;
        }

        // A stable sort: what is on one line stays in the order it was found.
        var lines = _found.OrderBy(problem => problem.Line).Select(problem => $"{path}, line {problem.Line}: {problem.What}.");
        throw new InputException(string.Join('\n', _found.Count switch
        {
            1 => lines,
            <= Shown => lines.Append($"{_found.Count} errors."),
            _ => lines.Take(Shown).Append($"{_found.Count} errors; the first {Shown} are shown."),
        }));
    }
}

/// <summary>The members of one mapping, each taken by name and type; a key that nobody takes is a problem.</summary>
internal sealed class Fields
{
    private readonly Dictionary<string, YamlMember> _members;
    private readonly Problems _problems;
    private readonly string _what;

    /// <param name="mapping">The mapping.</param>
    /// <param name="what">What it is, for sentences: "principle candour".</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="known">All keys that it may have.</param>
    public Fields(YamlMapping mapping, string what, Problems problems, params string[] known)
    {
        (_what, _problems, Line) = (what, problems, mapping.Line);
        _members = mapping.Members.ToDictionary(member => member.Key, StringComparer.Ordinal);
        foreach (var member in mapping.Members.Where(member => !known.Contains(member.Key, StringComparer.Ordinal)))
        {
            problems.Add(member.Line, $"{what} has no key {member.Key}{Hint.For(member.Key, known)}");
        }
    }

    public int Line { get; }

    /// <summary>The line of a member, or of the mapping when it is absent.</summary>
    public int LineOf(string key) => _members.TryGetValue(key, out var member) ? member.Line : Line;

    public YamlValue? Value(string key) => _members.TryGetValue(key, out var member) ? member.Value : null;

    /// <summary>A text that must be there and say something.</summary>
    public string Required(string key, bool orInteger = false)
    {
        if (Value(key) is null)
        {
            _problems.Add(Line, $"{_what} needs {key}");
        }

        return Text(key, orInteger) ?? "";
    }

    public string? Text(string key, bool orInteger = false) => Value(key) switch
    {
        null => null,
        YamlScalar { Value: string text } when !string.IsNullOrWhiteSpace(text) => text.Trim(),
        YamlScalar { IsInteger: true } number when orInteger => number.Text,
        var other => Wrong<string>(key, $"must be text{(other is YamlScalar { Value: double or bool } ? " (quote it)" : "")}", other),
    };

    public double Number(string key, double usual, double low, double high) => Value(key) switch
    {
        null => usual,
        YamlScalar { Value: double number } when number >= low && number <= high => number,
        var other => Wrong<double>(key, $"must be a number from {low} to {high}", other),
    };

    public bool Flag(string key, bool usual) => Value(key) switch
    {
        null => usual,
        YamlScalar { Value: bool flag } => flag,
        var other => Wrong<bool>(key, "must be true or false", other),
    };

    public T Word<T>(string key, T usual)
        where T : struct, Enum => Value(key) is { } value ? Word(key, value, usual) : usual;

    public IReadOnlyList<T> Words<T>(string key)
        where T : struct, Enum => [.. Items(key).Select(item => Word(key, item, default(T)))];

    public IReadOnlyList<string> Texts(string key) =>
        [.. Items(key).Select(item => item is YamlScalar { Value: string or double } word
            ? word.Text : Wrong<string>(key, "must be a list of words", item) ?? "")];

    public IReadOnlyList<YamlValue> Items(string key) => Value(key) switch
    {
        null => [],
        YamlSequence sequence => sequence.Items,
        var other => Wrong<IReadOnlyList<YamlValue>>(key, "must be a list", other) ?? [],
    };

    /// <summary>The mappings of a list; anything else in it is a problem.</summary>
    public IEnumerable<YamlMapping> Mappings(string key)
    {
        foreach (var item in Items(key))
        {
            if (item is YamlMapping mapping)
            {
                yield return mapping;
            }
            else
            {
                _problems.Add(item.Line, $"{key} must be a list of mappings, and {YamlReader.Kind(item)} is none");
            }
        }
    }

    public YamlMapping? Mapping(string key) => Value(key) switch
    {
        null => null,
        YamlMapping mapping => mapping,
        var other => Wrong<YamlMapping>(key, "must be a mapping", other),
    };

    private T Word<T>(string key, YamlValue value, T usual)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(name => char.ToLowerInvariant(name[0]) + name[1..]).ToArray();
        return value is YamlScalar { Value: string text } && words.Contains(text, StringComparer.Ordinal)
            ? Enum.Parse<T>(text, ignoreCase: true)
            : Wrong<T?>(key, $"must be one of {string.Join(", ", words)}", value) ?? usual;
    }

    private T? Wrong<T>(string key, string must, YamlValue value)
    {
        _problems.Add(value.Line, $"{key} of {_what} {must}; it is {YamlReader.Kind(value)}");
        return default;
    }
}
