using System.CommandLine;
using Rlaif.Cli.Commands;
using Rlaif.Recipes;

namespace Rlaif.Cli.Tests.Looking;

public class DoctorCommandTests
{
    [Theory]
    [InlineData("--device", "cuda")]
    [InlineData("--precision", "bfloat16")]
    public void What_only_a_check_of_numerics_makes_something_of_is_refused_without_one(string option, string value)
    {
        Assert.Equal(
            $"{option} is about what --numerics computes; add --numerics, or leave it out.",
            Assert.Single(Doctor().Parse([option, value]).Errors).Message);
        Assert.Empty(Doctor().Parse([option, value, "--numerics"]).Errors);
        Assert.Empty(Doctor().Parse([]).Errors);
    }

    [Fact]
    public async Task A_precision_that_the_device_does_not_compute_in_is_refused() => Assert.Equal(
        "The precision is tensorfloat32, which only a card computes in; set the device to cuda, or the precision to float32.",
        (await Assert.ThrowsAsync<InputException>(() => Doctor().Parse(["--numerics", "--precision", "tensorfloat32"])
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken))).Message);

    private static Command Doctor() => DoctorCommand.Make(new Option<string?>("--home"));
}
