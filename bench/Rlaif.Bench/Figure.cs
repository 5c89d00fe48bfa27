namespace Rlaif.Bench;

/// <summary>One measured figure beside its goal.</summary>
/// <param name="Name">What was measured, with its unit unless it is a ratio.</param>
/// <param name="Value">Null: what it takes to measure it is not here.</param>
/// <param name="Goal">In words: at least or at most how much; empty: a figure to read with another.</param>
public sealed record Figure(string Name, double? Value, string Goal, bool Holds)
{
    public static Figure AtLeast(string name, double value, double goal) => new(name, value, $"at least {goal}", value >= goal);

    public static Figure AtMost(string name, double value, double goal) => new(name, value, $"at most {goal}", value <= goal);

    /// <summary>Nobody knows, so it does not hold.</summary>
    public static Figure NotMeasured(string name, string goal) => new(name, null, goal, false);

    /// <summary>No goal of its own.</summary>
    public static Figure Plain(string name, double value) => new(name, value, "", true);
}
