using Rlaif.Recipes;

namespace Rlaif.Learning.Native;

/// <summary>What <c>precision: auto</c> means on a machine: a table of what was measured, never a timing, so that the same recipe is the same run
/// however busy the machine is.</summary>
public static class FastestPrecision
{
    // Of the hidden state. Measured: 192 (the quickstart's policy, 1.3 times as long in bfloat16), 256 (0.9 of the time), 576 (0.7).
    private const int Wide = 256;

    /// <param name="device">Where a run computes.</param>
    /// <param name="hiddenSize">Of its models.</param>
    /// <param name="processor">Lines of /proc/cpuinfo, of one core at least.</param>
    /// <returns>The precision, and what was measured.</returns>
    public static (Precision Precision, string Reason) Of(DeviceKind device, int hiddenSize, IEnumerable<string> processor)
    {
        var told = processor.TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).Where(field => field.Length == 2)
            .ToDictionary(field => field[0].Trim(), field => field[1].Trim(), StringComparer.Ordinal);
        var (vendor, flags) = (told.GetValueOrDefault("vendor_id", ""), told.GetValueOrDefault("flags", "").Split(' '));
        return (device, vendor) switch
        {
            (DeviceKind.Cuda, _) => (Precision.TensorFloat32, "tensor cores, without what bfloat16 loses"),
            (_, "AuthenticAMD") when flags.Contains("avx512_bf16") => hiddenSize >= Wide
                ? (Precision.BFloat16, $"AMD with avx512_bf16: a model {Wide} wide takes 0.9 of float32's time, one of 576 0.7; a narrower one is faster in float32")
                : (Precision.Float32, $"AMD with avx512_bf16, and a model less than {Wide} wide"),
            (_, "GenuineIntel") when !flags.Contains("amx_bf16") => (Precision.Float32, "Intel without AMX: products in bfloat16 take twice as long"),
            _ => (Precision.Float32, "not measured on such a processor"),
        };
    }

    /// <inheritdoc cref="Of(DeviceKind, int, IEnumerable{string})"/>
    public static (Precision Precision, string Reason) OfThisMachine(DeviceKind device, int hiddenSize) =>
        Of(device, hiddenSize, File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : []);
}
