using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

/// <summary>A folder of models fixtures: its golden numbers, read once, and comparison within a bound.</summary>
internal sealed class Golden(string folder) : IDisposable
{
    private readonly TensorFile tensors = Safetensors.Read(Path.Combine(folder, "golden.safetensors"));
    private readonly JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));

    public JsonElement Json => json.RootElement;

    public Tensor this[string name] => tensors.Find(name)?.to(get_default_device()) ?? throw new KeyNotFoundException(name);

    public static Task OnModel(string name, Action<string, Golden> check)
    {
        var folder = Fixtures.Path("models/" + name);
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var golden = new Golden(folder);
            check(folder, golden);
        });
    }

    public static void Near(Tensor expected, Tensor actual, double bound, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected.to(actual.device).to(ScalarType.Float32) - actual.detach()).abs().max().item<float>();
        Assert.True(difference <= bound, $"{what} differ by {difference}, allowed is {bound}");
    }

    public static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    public void Dispose()
    {
        tensors.Dispose();
        json.Dispose();
    }
}
