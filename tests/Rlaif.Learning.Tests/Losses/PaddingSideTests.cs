using Rlaif.Learning.Conformance;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class PaddingSideTests
{
    [Fact]
    public void Rows_that_are_padded_before_have_the_loss_of_rows_that_are_padded_behind()
    {
        var losses = ConformanceSuite.Formulas.Where(formula => formula.Group is "PPO" or "RLOO" or "GRPO and kin").ToList();
        Assert.NotEmpty(losses);
        Assert.All(losses, formula =>
        {
            using var scope = NewDisposeScope();
            var arguments = formula.Draw(new(5, 0));
            var mask = arguments.Last(argument => argument.Shape is [Drawing.Rows, Drawing.Time] && argument.Values.All(value => value is 0 or 1)).Values;
            Argument[] before = [.. arguments.Select(argument => argument.Shape is [Drawing.Rows, Drawing.Time] ? argument with { Values = Shifted(argument.Values, mask) } : argument)];
            Golden.Close(Of(formula, arguments), Of(formula, before), 1e-12, formula.Name);
        });
    }

    private static double[] Of(Formula formula, Argument[] arguments) =>
        formula.Ours([.. arguments.Select(argument => tensor(argument.Values, float64).reshape(argument.Shape))]).Doubles();

    /// <summary>Real tokens to the end of their row, in their order.</summary>
    private static double[] Shifted(double[] values, double[] mask) =>
    [
        .. values.Zip(mask).Chunk(Drawing.Time).SelectMany(row => row.Where(one => one.Second == 0).Concat(row.Where(one => one.Second == 1))).Select(one => one.First),
    ];
}
