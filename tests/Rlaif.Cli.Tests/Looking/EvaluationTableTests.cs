using Rlaif.Cli.Looking;

namespace Rlaif.Cli.Tests.Looking;

public class EvaluationTableTests
{
    [Fact]
    public void The_table_names_the_labeler_and_shows_every_figure_with_its_unit_and_interval()
    {
        var shown = ReadConsole.Of(console => EvaluationTable.Write(console, SmallRun.Figures, "Evaluation of round 1"));
        foreach (var line in new[]
        {
            "labeler rules · 40 held-out prompts · win rate against the starting policy",
            @"overall .* 0\.700 .* 0\.650 .* 0\.750 .* better",
            @"polite .* 0\.500 .* 0\.460 .* 0\.530",
            @"KL \(k3\) .* 1\.25 .* nats per sequence",
            @"reward model accuracy .* 0\.800 .* \[0\.700, 0\.900\] on 120 pairs; length alone 0\.710",
            @"reward model calibration error .* 0\.080 .* 0\.020 at temperature 1\.25",
            @"disagreement of 3 members .* 0\.25 .* one order on 0\.750 of the pairs: accuracy 0\.900, on others 0\.500",
            @"words .* 11\.4 .* 5\.7",
            "promoted\n  The lower bound of the win rate is above one half.",
        })
        {
            Assert.Matches(line, shown);
        }

        Assert.DoesNotContain("incumbent", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_principle_whose_upper_bound_is_under_one_half_got_worse_and_the_incumbent_stays()
    {
        var figures = SmallRun.Figures with
        {
            PerPrinciple = [new("polite", 0.4, 0.33, 0.49)],
            AgainstIncumbent = new(0.48, 0.4, 0.55),
            Promote = false,
            Reasons = ["Politeness [fell]."],
            StartProbes = new Dictionary<string, double>(),
        };
        var shown = ReadConsole.Of(console => EvaluationTable.Write(console, figures, "t"));
        Assert.Matches(@"polite .* 0\.490 .* worse", shown);
        Assert.Matches(@"overall, against the incumbent .* 0\.480", shown);
        Assert.Contains("not promoted; the incumbent stays\n  Politeness [fell].", shown, StringComparison.Ordinal);
    }
}
