using System.Text.Json;
using Rlaif.Learning.Advantages;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

/// <summary>One case of a file of golden numbers in float64. Settings that a test does not look at fail it: they may mean another formula.</summary>
internal sealed class GoldenCase(JsonElement golden, JsonElement shared = default, bool poisoned = false)
{
    private readonly HashSet<string> unread =
        golden.TryGetProperty("hyper", out var all) ? [.. all.EnumerateObject().Select(h => h.Name)] : [];

    public string Name { get; } = golden.GetProperty("name").GetString()!;

    public static IEnumerable<GoldenCase> All(string file, bool poisoned = false, string list = "cases")
    {
        var read = Golden.Read(file);
        var cases = read.GetProperty(list);
        Assert.NotEqual(0, cases.GetArrayLength());
        return cases.EnumerateArray().Select(c => new GoldenCase(c, read.TryGetProperty("inputs", out var inputs) ? inputs : default, poisoned));
    }

    public JsonElement this[string expected] => golden.GetProperty(expected);

    public bool Has(string expected) => golden.TryGetProperty(expected, out _);

    public double Number(string setting) => Optional(setting) ?? throw new InvalidDataException($"{Name} has no {setting}");

    public double? Optional(string setting) => Setting(setting) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    public string Text(string setting) => Setting(setting).GetString()!;

    public bool Flag(string setting) => Setting(setting).ValueKind == JsonValueKind.True;

    public JsonElement Setting(string setting)
    {
        unread.Remove(setting);
        return golden.GetProperty("hyper").TryGetProperty(setting, out var value) ? value : default;
    }

    /// <summary>Null where the case says null.</summary>
    public Tensor? Input(string name)
    {
        var input = Raw(name);
        return input.ValueKind == JsonValueKind.Null ? null : input.Tensor(ScalarType.Float64);
    }

    public bool IsText(string name) => Raw(name).ValueKind == JsonValueKind.String;

    public Tensor Needed(string name) => Input(name) ?? throw new InvalidDataException($"{Name} has no {name}");

    /// <summary>An input of tokens; poisoned: NaN outside the mask, which must change nothing.</summary>
    public Tensor Tokens(string name) => Poison(Needed(name));

    public Tensor Poison(Tensor tokens) => poisoned ? tokens.masked_fill(Mask.eq(0), double.NaN) : tokens;

    public Tensor Leaf(string name) => Tokens(name).requires_grad_();

    public Tensor Mask => Needed("mask");

    public void Close(string expected, Tensor actual) => Golden.Close(this[expected], actual, 1e-9, $"{Name} {expected}");

    /// <summary>Only where the mask is 1: outside it the file's numbers are of no meaning.</summary>
    public void CloseWithin(JsonElement expected, Tensor actual, string what)
    {
        var numbers = expected.Tensor(ScalarType.Float64).expand_as(Mask);
        Golden.Close(MaskedStatistics.Fill(numbers, Mask).Doubles(), MaskedStatistics.Fill(actual.expand_as(Mask), Mask).Doubles(), 1e-9, $"{Name} {what}");
    }

    /// <summary>Absolute, as the README asks of gradients.</summary>
    public void CloseGradient(string of, Tensor gradient)
    {
        double[] expected = [.. this["gradients"].GetProperty(of).Flatten()];
        var actual = gradient.Doubles();
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            // A gradient of 1e24 has no ninth decimal.
            var allowed = 1e-9 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= allowed, $"{Name} d {of}[{i}]: {actual[i]:R} instead of {expected[i]:R}");
        }
    }

    public void AllSettingsWereRead() => Assert.True(unread.Count == 0, $"{Name}: nothing is made of {string.Join(", ", unread)}");

    private JsonElement Raw(string name)
    {
        var found = golden.TryGetProperty("inputs", out var own) && own.TryGetProperty(name, out own);
        return found && !(own.ValueKind == JsonValueKind.String && own.GetString() == "default") ? own : shared.GetProperty(name);
    }
}
