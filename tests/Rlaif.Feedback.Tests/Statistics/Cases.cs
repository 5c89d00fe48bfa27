using System.Globalization;
using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Statistics;

/// <summary>Reads the statistics fixtures: cases of one operation, numbers that may be "NaN", equality within tolerance · max(1, |expected|).</summary>
internal static class Cases
{
    public static List<JsonElement> Of(string file, string operation)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path($"statistics/{file}.json")));
        var cases = document.RootElement.Clone().GetProperty("cases").EnumerateArray()
            .Where(c => c.GetProperty("operation").GetString() == operation).ToList();
        Assert.NotEmpty(cases);
        return cases;
    }

    /// <summary>Runs every case: those that expect an error must be refused, the others go to <paramref name="check"/>.</summary>
    public static void Run(string file, string operation, Action<JsonElement, Expected> check)
    {
        foreach (var one in Of(file, operation))
        {
            var name = one.GetProperty("name").GetString()!;
            var tolerance = one.GetProperty("tolerance").GetDouble();
            var expected = new Expected(name, one.GetProperty("expect"), tolerance);
            if (one.GetProperty("expect").TryGetProperty("error", out _))
            {
                Assert.ThrowsAny<ArgumentException>(() => check(one.GetProperty("input"), expected));
                continue;
            }

            check(one.GetProperty("input"), expected);
        }
    }

    public static double Number(this JsonElement number) => number.ValueKind == JsonValueKind.String
        ? double.Parse(number.GetString()!, CultureInfo.InvariantCulture) : number.GetDouble();

    public static double[] Numbers(this JsonElement input, string key) => [.. input.GetProperty(key).EnumerateArray().Select(Number)];

    public static int?[] Labels(this JsonElement input, string key) =>
        [.. input.GetProperty(key).EnumerateArray().Select(label => label.ValueKind == JsonValueKind.Null ? (int?)null : label.GetInt32())];

    public static string[] Texts(this JsonElement input, string key) => [.. input.GetProperty(key).EnumerateArray().Select(t => t.ToString())];

    public static double? MaybeNumber(this JsonElement number) => number.ValueKind == JsonValueKind.Null ? null : number.Number();
}

/// <summary>What a case expects.</summary>
internal sealed record Expected(string Name, JsonElement Values, double Tolerance)
{
    public bool Has(string key) => Values.TryGetProperty(key, out _);

    public void Close(string key, double actual) => Close(Values.GetProperty(key).Number(), actual, key);

    public void Close(string key, params double[] actual)
    {
        var expected = Values.Numbers(key);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            Close(expected[i], actual[i], $"{key}[{i}]");
        }
    }

    private void Close(double expected, double actual, string what)
    {
        var same = double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(actual - expected) <= Tolerance * Math.Max(1, Math.Abs(expected));
        Assert.True(same, $"{Name}: {what} is {actual:R}, expected {expected:R}");
    }
}
