using Rlaif.Learning.Probes;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Probes;

public class AlarmBandTests
{
    private static readonly ProbeFigures Start = new(new(Rules: 0.8, Words: 10, Distinct2: 0.4), Kl: 0);

    [Theory]
    [InlineData(0.76, 10, 0.4, 9.9, "")]
    [InlineData(0.9, 2.5, 0.2, 10, "")]
    [InlineData(0.74, 10, 0.4, 0, "rules")]
    [InlineData(0.8, 2.4, 0.4, 0, "words")]
    [InlineData(0.8, 30.1, 0.4, 0, "words")]
    [InlineData(0.8, 10, 0.19, 0, "distinct")]
    [InlineData(0.8, 10, 0.4, 10.1, "kl")]
    [InlineData(0.7, 1, 0.1, 20, "rules words distinct kl")]
    [InlineData(double.NaN, 10, double.NaN, double.NaN, "")]
    public void A_figure_leaves_its_band_where_the_recipe_says(double rules, double words, double distinct, double kl, string left) =>
        Assert.Equal(left, Left(new(), new(new(rules, words, distinct), kl)));

    [Fact]
    public void What_is_not_watched_raises_nothing() => Assert.Equal(
        "", Left(new() { RulesFall = 1, FewestWords = 0, MostWords = 1_000_000, LeastDistinct = 0, MostKl = 0 }, new(new(0, 0, 0), 1000)));

    [Fact]
    public void A_departure_says_what_it_is_compared_with() => Assert.Equal(
        "the rules' score is 0.712, it was 0.8 (rulesFall 0.05)",
        Assert.Single(AlarmBand.Left(new(), Start, 0.8, new(new(0.7123, 10, 0.4), 0))).Said);

    [Fact]
    public void Rules_fall_from_where_they_were_best()
    {
        ProbeFigures now = new(new(0.79, 10, 0.4), 0);
        Assert.Empty(AlarmBand.Left(new(), Start, 0.8, now));
        Assert.Equal("rules", Assert.Single(AlarmBand.Left(new(), Start, 0.85, now)).Measure);
    }

    private static string Left(AlarmRecipe recipe, ProbeFigures now) => string.Join(' ', AlarmBand.Left(recipe, Start, Start.Text.Rules, now).Select(left => left.Measure));
}
