namespace Rlaif.Recipes;

/// <summary>A watch over an algorithm that samples itself: every so many steps the policy answers the same prompts of the training, with the same random
/// numbers, and a figure that has left its band stops the training and pauses the run. The start is the policy that the training began with.</summary>
public sealed record AlarmRecipe
{
    /// <summary>Optimizer steps between two looks; the first is before the first step, the last after the last.</summary>
    [Between(1, 1_000_000, "8")]
    public int Every { get; init; } = 8;

    /// <summary>Prompts of a look, drawn once; fewer where the training has fewer.</summary>
    [Between(1, 100_000, "64")]
    public int Prompts { get; init; } = 64;

    /// <summary>Responses to each of them.</summary>
    [Between(1, 64, "4")]
    public int Samples { get; init; } = 4;

    /// <summary>How far the rules' mean score (0 to 1) may fall below the best look's, the start among them; 1: any.</summary>
    [Between(0, 1, "0.05")]
    public double RulesFall { get; init; } = 0.05;

    /// <summary>Fewest words of a mean response, as a share of the start's; 0: any.</summary>
    [Between(0, 1, "0.25")]
    public double FewestWords { get; init; } = 0.25;

    /// <summary>Most words of a mean response, as a multiple of the start's.</summary>
    [Between(1, 1_000_000, "3")]
    public double MostWords { get; init; } = 3;

    /// <summary>Smallest share of distinct pairs of words (distinct-2), as a share of the start's; 0: any.</summary>
    [Between(0, 1, "0.5")]
    public double LeastDistinct { get; init; } = 0.5;

    /// <summary>Largest KL (k3) to the start, nats per sequence; 0: it is not measured, and no copy of the start is held for it.</summary>
    [Between(0, 10_000, "10")]
    public double MostKl { get; init; } = 10;
}
