using System.Globalization;
using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Generator.Endpoint;

/// <summary>What the endpoint computes in: no request belongs to a run, so it is a setting of the deployment.</summary>
internal static class EndpointNumerics
{
    /// <exception cref="InputException">RLAIF_THREADS or RLAIF_PRECISION cannot be used.</exception>
    public static Numerics Read(Settings settings)
    {
        var here = Numerics.OfThisMachine;
        var threads = settings.Text("RLAIF_THREADS") is not { } count ? here.Threads
            : int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1024 ? number
            : throw new InputException($"RLAIF_THREADS is \"{count}\"; write a number from 1 to 1024.");
        return settings.Text("RLAIF_PRECISION") switch
        {
            null or "float32" => new(threads, Precision.Float32),
            "bfloat16" => new(threads, Precision.BFloat16),
            var other => throw new InputException($"RLAIF_PRECISION is \"{other}\"; write float32 or bfloat16."),
        };
    }
}
