namespace Rlaif.Recipes;

/// <summary>The allowed range of a number, both ends included, and what is usual: an error tells both. On a dictionary: of its values.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BetweenAttribute(double low, double high, string? usual = null) : Attribute
{
    /// <summary>Smallest allowed value.</summary>
    public double Low { get; } = low;

    /// <summary>Largest allowed value.</summary>
    public double High { get; } = high;

    /// <summary>What people usually write; null when there is no usual value.</summary>
    public string? Usual { get; } = usual;
}

/// <summary>The allowed words of a text setting. On a dictionary: of its values.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(params string[] words) : Attribute
{
    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; } = words;
}

/// <summary>The setting is a path: relative ones are taken from the recipe's folder.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute;
