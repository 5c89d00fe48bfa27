using System.Globalization;
using System.Text.Json;
using Rlaif.Testing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

/// <summary>Reads golden numbers as tensors and compares with them: |a-b| within tolerance · max(1, |b|); NaN and the infinities are themselves.</summary>
internal static class Golden
{
    public static JsonElement Read(string relative) => JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path(relative))).RootElement;

    public static JsonElement[] Cases(string relative) => [.. Read(relative).GetProperty("cases").EnumerateArray()];

    /// <summary>Numbers of any nesting as a tensor of that shape.</summary>
    public static Tensor Tensor(this JsonElement numbers, ScalarType type)
    {
        var shape = new List<long>();
        for (var level = numbers; level.ValueKind == JsonValueKind.Array; level = level[0])
        {
            shape.Add(level.GetArrayLength());
        }

        return tensor(numbers.Flatten().ToArray(), float64).reshape([.. shape]).to_type(type);
    }

    public static IEnumerable<double> Flatten(this JsonElement numbers) =>
        numbers.ValueKind == JsonValueKind.Array ? numbers.EnumerateArray().SelectMany(Flatten) : [Number(numbers)];

    /// <summary>NaN and the infinities are strings in the files.</summary>
    public static double Number(JsonElement number) =>
        number.ValueKind == JsonValueKind.String ? double.Parse(number.GetString()!, CultureInfo.InvariantCulture) : number.GetDouble();

    public static double[] Doubles(this Tensor tensor) => tensor.detach().to_type(float64).flatten().cpu().data<double>().ToArray();

    public static void Close(JsonElement expected, Tensor actual, double tolerance, string what) =>
        Close([.. expected.Flatten()], actual.Doubles(), tolerance, what);

    public static void Close(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i].Equals(actual[i]))
            {
                continue;
            }

            var far = Math.Abs(actual[i] - expected[i]) / Math.Max(1, Math.Abs(expected[i]));
            Assert.True(far <= tolerance, $"{what}[{i}]: {actual[i]:R} instead of {expected[i]:R}, off by {far:E1}, allowed {tolerance:E1}");
        }
    }
}
