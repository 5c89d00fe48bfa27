using System.Globalization;
using Rlaif.Recipes;

namespace Rlaif.Learning.Probes;

/// <summary>A figure that has left its band.</summary>
/// <param name="Measure">Which: rules, words, distinct or kl.</param>
/// <param name="Value">What it is.</param>
/// <param name="Said">The same against earlier looks and the recipe, as a part of a sentence.</param>
public sealed record Departure(string Measure, double Value, string Said);

/// <summary>Whether a policy still behaves as its training's start did.</summary>
internal static class AlarmBand
{
    /// <summary>What has left its band. A figure that was not measured has none.</summary>
    /// <param name="start">The first look.</param>
    /// <param name="bestRules">The rules' best score of all looks: a training that is gamed first makes it better, and then spends what it gained.</param>
    public static IReadOnlyList<Departure> Left(AlarmRecipe recipe, ProbeFigures start, double bestRules, ProbeFigures now) =>
    [
        .. Rules(recipe, bestRules, now.Text.Rules), .. Words(recipe, start.Text.Words, now.Text.Words),
        .. Distinct(recipe, start.Text.Distinct2, now.Text.Distinct2), .. Kl(recipe, now.Kl),
    ];

    private static IEnumerable<Departure> Rules(AlarmRecipe recipe, double best, double now)
    {
        if (recipe.RulesFall < 1 && best - now > recipe.RulesFall)
        {
            yield return new("rules", now, $"the rules' score is {Shown(now)}, it was {Shown(best)} (rulesFall {Shown(recipe.RulesFall)})");
        }
    }

    private static IEnumerable<Departure> Words(AlarmRecipe recipe, double start, double now)
    {
        if (now < recipe.FewestWords * start)
        {
            yield return new("words", now, $"a response has {Shown(now)} words, the start's had {Shown(start)} (fewestWords {Shown(recipe.FewestWords)} of them)");
        }
        else if (now > recipe.MostWords * start)
        {
            yield return new("words", now, $"a response has {Shown(now)} words, the start's had {Shown(start)} (mostWords {Shown(recipe.MostWords)} times as many)");
        }
    }

    // Responses of one word have no pairs: nothing is said twice in them, and the count of words tells.
    private static IEnumerable<Departure> Distinct(AlarmRecipe recipe, double start, double now)
    {
        if (now < recipe.LeastDistinct * start)
        {
            yield return new("distinct", now, $"distinct-2 is {Shown(now)}, the start's was {Shown(start)} (leastDistinct {Shown(recipe.LeastDistinct)} of it)");
        }
    }

    private static IEnumerable<Departure> Kl(AlarmRecipe recipe, double now)
    {
        if (recipe.MostKl > 0 && now > recipe.MostKl)
        {
            yield return new("kl", now, $"KL to the start is {Shown(now)} nats per sequence (mostKl {Shown(recipe.MostKl)})");
        }
    }

    private static string Shown(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
