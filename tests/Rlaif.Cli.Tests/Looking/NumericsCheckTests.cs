using Rlaif.Cli.Commands;
using Rlaif.Learning.Conformance;

namespace Rlaif.Cli.Tests.Looking;

public class NumericsCheckTests
{
    private static readonly ConformanceResult Good = new("KTO", "kto, draw 1", "Float32", 1e-7, 2e-5);

    [Fact]
    public void A_vector_that_fails_is_named_and_counted_and_is_the_exit_code()
    {
        var code = 0;
        var text = ReadConsole.Of(console => code = NumericsCheck.Show(console, [Good, Good with { Name = "kto, draw 2", Error = 0.25 }]));
        Assert.Equal(1, code);
        Assert.Contains("failed: KTO, kto, draw 2 in Float32: off by 2.5E-001, allowed 2E-005", text, StringComparison.Ordinal);
        Assert.EndsWith("2 vectors, 1 failed", text.TrimEnd(), StringComparison.Ordinal);
        Assert.Matches(@"KTO\W+Float32\W+2\W+2\.5E-001\W+2E-005", text);
    }

    [Fact]
    public void Without_a_failure_the_exit_code_is_0()
    {
        var code = 1;
        Assert.EndsWith("1 vectors, 0 failed", ReadConsole.Of(console => code = NumericsCheck.Show(console, [Good])).TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(0, code);
    }
}
