using Rlaif.Learning.Native;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Native;

public class FastestPrecisionTests
{
    [Theory]
    [InlineData("AuthenticAMD", "fpu avx512f avx512_bf16", 576, Precision.BFloat16)]
    [InlineData("AuthenticAMD", "fpu avx512f avx512_bf16", 192, Precision.Float32)]
    [InlineData("AuthenticAMD", "fpu avx2", 576, Precision.Float32)]
    [InlineData("GenuineIntel", "fpu avx512f avx512_bf16", 576, Precision.Float32)]
    [InlineData("GenuineIntel", "fpu avx512f amx_bf16", 576, Precision.Float32)]
    [InlineData("SomebodyElse", "fpu", 576, Precision.Float32)]
    public void A_model_of_a_width_computes_in_what_was_measured_to_be_fastest_on_a_processor_of_its_kind(string vendor, string flags, int hiddenSize, Precision expected) =>
        Assert.Equal(expected, FastestPrecision.Of(DeviceKind.Cpu, hiddenSize, Lines(vendor, flags)).Precision);

    [Fact]
    public void A_card_has_its_own()
        => Assert.Equal(Precision.TensorFloat32, FastestPrecision.Of(DeviceKind.Cuda, 576, Lines("GenuineIntel", "fpu")).Precision);

    [Fact]
    public void A_machine_that_tells_nothing_computes_in_float32() => Assert.Equal(Precision.Float32, FastestPrecision.Of(DeviceKind.Cpu, 576, []).Precision);

    private static string[] Lines(string vendor, string flags) =>
        ["processor\t: 0", $"vendor_id\t: {vendor}", "model name\t: Some: thing", $"flags\t\t: {flags}", "power management:", "", "processor\t: 1", "vendor_id\t: Other"];
}
