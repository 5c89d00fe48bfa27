using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Tests.Statistics;

public class DisagreementTests
{
    [Fact]
    public void By_hand()
    {
        // Deviations (n - 1) of (1, 2, 3), (-1, 0, 4), (-2, -2, -2) and (3, 0, -3): 1, √7, 0, 3. The first and third are unanimous, the first rightly, the
        // third wrongly; the second has the mean 1 and is right, the fourth 0 and is half.
        var figures = Disagreement.Of([([1, 2, 3], true), ([-1, 0, 4], true), ([-2, -2, -2], true), ([3, 0, -3], false)])!;
        Assert.Equal((3, 0.5, 0.5, 0.75), (figures.Members, figures.Unanimous, figures.UnanimousAccuracy, figures.DividedAccuracy));
        Assert.Equal((4 + Math.Sqrt(7)) / 4, figures.Deviation, 1e-12);
    }

    [Fact]
    public void Members_that_agree_have_nobody_divided() =>
        Assert.Equal(new EnsembleFigures(2, 0, 1, 1, null), Disagreement.Of([([0.5, 0.5], true), ([-1, -1], false)]));

    [Fact]
    public void Which_response_is_called_the_first_changes_nothing() =>
        Gen.Select(Gen.Double[-3, 3].Array[4], Gen.Bool).Array[1, 30].Sample(pairs =>
        {
            var figures = Disagreement.Of([.. pairs.Select(pair => ((IReadOnlyList<double>)pair.Item1, pair.Item2))])!;
            var turned = Disagreement.Of([.. pairs.Select(pair => ((IReadOnlyList<double>)[.. pair.Item1.Select(d => -d)], !pair.Item2))])!;
            Assert.Equal((figures.Unanimous, figures.UnanimousAccuracy, figures.DividedAccuracy), (turned.Unanimous, turned.UnanimousAccuracy, turned.DividedAccuracy));
            Assert.Equal(figures.Deviation, turned.Deviation, 1e-12);
        });

    [Fact]
    public void Without_pairs_there_is_no_figure() => Assert.Null(Disagreement.Of([]));
}
