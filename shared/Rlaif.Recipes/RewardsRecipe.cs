using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>What a response is worth to an algorithm that samples itself: the sum of what each source gives it times the source's weight. A weight
/// of 0 leaves a source out.</summary>
public sealed record RewardsRecipe
{
    /// <summary>Weight of the round's reward model, in that model's unit.</summary>
    [Between(0, 1000, "1")]
    public double RewardModel { get; init; }

    /// <summary>Weight of the constitution's machine checks: of those that apply, the weighted share that is kept, 0 to 1.</summary>
    [Between(0, 1000, "1")]
    public double Rules { get; init; }

    /// <summary>Weight of the right answer: 1 where the response comes to the answer that its prompt carries, else 0.</summary>
    [Between(0, 1000, "1")]
    public double Answer { get; init; }

    /// <summary>Weight of the run's judge, who compares each response with two siblings: its mean preference for the response, 0 to 1.</summary>
    [Between(0, 1000, "1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Judge { get; init; }

    /// <summary>What each token costs by which a response is shorter than <see cref="ShortestTokens"/> or longer than <see cref="LongestTokens"/>.</summary>
    [Between(0, 1000, "0.02")]
    public double Length { get; init; }

    /// <summary>Tokens below which a response pays for its length.</summary>
    [Between(0, 1_000_000, "0")]
    public int ShortestTokens { get; init; }

    /// <summary>Tokens above which a response pays for its length.</summary>
    [Between(1, 1_000_000, "64")]
    public int LongestTokens { get; init; } = 64;

    /// <summary>Of every source.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Weights => [RewardModel, Rules, Answer, Judge, Length];
}
