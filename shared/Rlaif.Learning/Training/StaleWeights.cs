using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>How rollouts count that an older policy sampled.</summary>
/// <param name="Each">Of each response, its weight or those of its tokens; null where the policy itself sampled.</param>
/// <param name="Figures">How old they are; mean weight before its limit, which is 1 but for chance; and the effective sample size as a share,
/// (Σ w)² / (n Σ w²), of the weights as they count.</param>
internal sealed record StaleWeights(IReadOnlyList<float[]>? Each, IReadOnlyList<(string Name, double Value)> Figures)
{
    // More than one response could weigh, and a number: e^100 is none in f32.
    private const double Largest = 1e6;

    /// <param name="name">The algorithm's, in the names of figures.</param>
    /// <param name="made">A batch of rollouts, all of one policy.</param>
    /// <param name="now">log π of each response's tokens under the policy as it is now.</param>
    /// <param name="recipe">What is weighed, and how much it may weigh.</param>
    public static StaleWeights Of(string name, IReadOnlyList<Rollout> made, IReadOnlyList<float[]> now, ImportanceRecipe recipe)
    {
        (string, double)[] Told(double mean, double effective) =>
            [Age(name, made), ($"{name}/importance_weight_mean", mean), ($"{name}/importance_effective_samples", effective)];
        if (made[0].Staleness == 0)
        {
            return new(null, Told(1, 1));
        }

        using var scope = NewDisposeScope();
        var places = ResponseTokens.OfLengths([.. now.Select(tokens => tokens.Length)]);
        Tensor Rows(IEnumerable<float[]> values) => places.Rows(tensor(values.SelectMany(of => of).ToArray()));
        var level = Enum.Parse<WeightLevel>(recipe.Level, ignoreCase: true);
        Tensor Weights(WeightLimit limit, double most) =>
            ImportanceWeight.Of(Rows(now), Rows(made.SelectMany(rollout => rollout.Behaviour)), places.Mask, level, limit, most);
        var weights = Weights(Enum.Parse<WeightLimit>(recipe.Limit, ignoreCase: true), recipe.Most);
        var counted = level == WeightLevel.Token ? places.Mask : ones_like(weights).to(ScalarType.Bool);
        double Mean(Tensor values) => MaskedStatistics.Mean(values, counted).item<float>();
        var (mean, square) = (Mean(weights), Mean(weights.square()));
        return new(
            level == WeightLevel.Token ? places.Each(weights) : [.. weights.cpu().data<float>().Select(weight => new[] { weight })],
            Told(Mean(Weights(WeightLimit.Truncate, Largest)), square == 0 ? 0 : mean * mean / square));
    }

    /// <summary>Batches of rollouts that the policy has learnt from since these were sampled.</summary>
    public static (string Name, double Value) Age(string name, IReadOnlyList<Rollout> made) => ($"{name}/staleness_batches", made[0].Staleness);
}
