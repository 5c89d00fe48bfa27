using System.Globalization;
using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Cli.Looking;

/// <summary>How figures, hashes and times stand in views.</summary>
internal static class Shown
{
    private static readonly JsonSerializerOptions Indented = new(Rlaif.Storage.Json.Options) { WriteIndented = true };

    public static string Json<T>(T value) => JsonSerializer.Serialize(value, Indented);

    /// <summary>The beginning of a hash: enough to find it again.</summary>
    public static string Hash(string hash) => hash.Length <= 12 ? hash : hash[..12];

    public static string Share(double value) => double.IsNaN(value) ? "-" : value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Number(double value) => double.IsNaN(value) ? "-" : value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Small learning rates and losses keep their digits.</summary>
    public static string Metric(double value) =>
        value != 0 && Math.Abs(value) < 0.001 ? value.ToString("0.###e-0", CultureInfo.InvariantCulture) : Number(value);

    public static string Interval(double mean, double low, double high) => $"{Share(mean)} [{Share(low)}, {Share(high)}]";

    public static string Interval(Estimate estimate) => Interval(estimate.Mean, estimate.Low, estimate.High);

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Seconds(double? seconds) => seconds is { } value ? value.ToString("0.0", CultureInfo.InvariantCulture) : "";
}
