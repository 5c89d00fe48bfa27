using System.Runtime.InteropServices;
using Rlaif.Learning.Models;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>One comparison with the oracle.</summary>
/// <param name="Group">What kind of formula.</param>
/// <param name="Name">Which one, and which draw of its arguments.</param>
/// <param name="Arithmetic">What was computed in.</param>
/// <param name="Error">Largest difference of values and gradients, by the largest number expected; infinite where a number is missing or is none.</param>
/// <param name="Tolerance">Largest that passes.</param>
public sealed record ConformanceResult(string Group, string Name, string Arithmetic, double Error, double Tolerance)
{
    /// <summary>What LibTorch said when it did not compute at all.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether the product computes what the formula says.</summary>
    public bool Passed => Error <= Tolerance;
}

/// <summary>Whether this machine computes what the formulas say: values and gradients of every loss, advantage, estimator and optimizer, and of small
/// decoders, beside an oracle that is plain loops over f64 with gradients by central differences. Arguments are drawn by seed.</summary>
public static class ConformanceSuite
{
    /// <summary>Draws of every formula's arguments.</summary>
    private const int Draws = 3;

    // Central differences are good to 1e-10 of what they differ.
    private const double InFloat64 = 1e-8;

    // 24 bits and sums of tens of terms; ten times the largest that was measured.
    private const double InFloat32 = 2e-5;

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<Formula> Formulas { get; } =
    [
        .. DistributionFormulas.All, .. PairFormulas.All, .. TokenPairFormulas.All, .. PolicyFormulas.All, .. AdvantageFormulas.All, .. OptimizerFormulas.All,
    ];

    /// <summary>Compares everything, on the device and with the products that <see cref="Native.TorchRuntime.Use"/> chose; to be called on the torch thread.</summary>
    /// <param name="cancel">Looked at between comparisons.</param>
    public static IReadOnlyList<ConformanceResult> Run(CancellationToken cancel = default) => [.. Formulas.SelectMany(formula => Of(formula, cancel)), .. Decoders(cancel)];

    internal static IEnumerable<ConformanceResult> Of(Formula formula, CancellationToken cancel = default) =>
        new (ScalarType Type, double Tolerance)[] { (ScalarType.Float64, InFloat64), (ScalarType.Float32, InFloat32) }.SelectMany(way => Enumerable.Range(0, Draws).Select(draw => Measured(
            new(formula.Group, $"{formula.Name}, draw {draw + 1}", $"{way.Type}", double.PositiveInfinity, way.Tolerance), () => formula.Error((ulong)draw, way.Type), cancel)));

    private static IEnumerable<ConformanceResult> Decoders(CancellationToken cancel) => DecoderCase.All.SelectMany(one => one.Ways.Select(way => Measured(
        new("decoders", way.Name, $"{MatrixProduct.Precision}", double.PositiveInfinity, OfProducts(MatrixProduct.Precision)), way.Error, cancel)));

    // Inputs of products have 24, 11 and 8 bits, and two layers have 15 products in a row.
    private static double OfProducts(Precision precision) => precision switch { Precision.Float32 => 5e-5, Precision.TensorFloat32 => 2e-2, _ => 1e-1 };

    private static ConformanceResult Measured(ConformanceResult result, Func<double> error, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            return result with { Error = error() };
        }
        catch (ExternalException failure)
        {
            return result with { Failure = failure.Message.Split('\n')[0] };
        }
    }
}
