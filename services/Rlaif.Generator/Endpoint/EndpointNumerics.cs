using System.Globalization;
using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Generator.Endpoint;

/// <summary>What is computed in where no run says it: at the endpoint, and when a model is talked with. A setting of the process.</summary>
public static class EndpointNumerics
{
    /// <exception cref="InputException">RLAIF_THREADS, RLAIF_PRECISION or RLAIF_DEVICE cannot be used.</exception>
    public static Numerics Read(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var here = Numerics.OfThisMachine;
        var threads = settings.Text("RLAIF_THREADS") is not { } count ? here.Threads
            : int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1024 ? number
            : throw new InputException($"RLAIF_THREADS is \"{count}\"; write a number from 1 to 1024.");
        var (precision, device) = (OneOf<Precision>(settings, "RLAIF_PRECISION"), OneOf<DeviceKind>(settings, "RLAIF_DEVICE"));
        return (precision, device) is (Precision.TensorFloat32, DeviceKind.Cpu)
            ? throw new InputException(
                "RLAIF_PRECISION is tensorfloat32, which only a card computes in; set RLAIF_DEVICE to cuda, or the precision to float32.")
            : new(threads, precision, device);
    }

    // The first is the default. By name: Enum.TryParse would take numbers too.
    private static T OneOf<T>(Settings settings, string name) where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(word => word.ToLowerInvariant()).ToArray();
        var text = settings.Text(name) ?? words[0];
        return words.Contains(text, StringComparer.Ordinal) ? Enum.Parse<T>(text, ignoreCase: true)
            : throw new InputException($"{name} is \"{text}\"; write {string.Join(" or ", words)}.");
    }
}
