using System.Globalization;
using Rlaif.Hosting;
using Rlaif.Learning.Weights;
using static TorchSharp.torch;

namespace Rlaif.EndToEnd.Tests;

/// <summary>Where two models that ought to be one are not: one weight that is far off, or all of them a little, tell a damaged start from other arithmetic.</summary>
internal static class WeightDifference
{
    private const int Shown = 3;

    /// <param name="expected">Rows of <see cref="FactCounts.Trained(string)"/>.</param>
    /// <param name="home">Whose they are.</param>
    /// <param name="found">Rows of the other home.</param>
    /// <param name="otherHome">That home.</param>
    /// <returns>The first model whose weights differ, tensor by tensor; empty where none has others.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> expected, string home, IReadOnlyList<string> found, string otherHome)
    {
        var others = Models(found).ToDictionary(model => model.Command, StringComparer.Ordinal);
        return Models(expected).Where(model => others.TryGetValue(model.Command, out var other) && other.Artifact != model.Artifact)
            .Select(model => Of(Folder(home, model.Artifact), Folder(otherHome, others[model.Command].Artifact))).FirstOrDefault(lines => lines.Count > 0, []);
    }

    /// <summary>The largest differences of two model folders, the largest first.</summary>
    public static IReadOnlyList<string> Of(string model, string other)
    {
        if (!Directory.Exists(model) || !Directory.Exists(other))
        {
            return [$"{model} and {other} are not both there"];
        }

        using var one = Safetensors.Read(Path.Combine(model, "model.safetensors"));
        using var two = Safetensors.Read(Path.Combine(other, "model.safetensors"));
        return
        [
            .. one.Tensors.Select(tensor => Compared(tensor.Name, tensor.Value, two.Find(tensor.Name)!)).Where(compared => compared.Count > 0)
                .OrderByDescending(compared => compared.Largest).Take(Shown)
                .Select(compared => string.Create(
                    CultureInfo.InvariantCulture, $"{compared.Name}: {compared.Count} of {compared.Size} differ, most at {compared.At}: {compared.One:R}, {compared.Other:R}")),
        ];
    }

    private static (string Name, long Count, long Size, double Largest, long At, float One, float Other) Compared(string name, Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        var apart = (one.to(ScalarType.Float64) - other.to(ScalarType.Float64)).abs().flatten();
        var at = apart.argmax().item<long>();
        float Value(Tensor of) => of.flatten()[at].to(ScalarType.Float32).item<float>();
        return (name, apart.ne(0).sum().item<long>(), apart.NumberOfElements, apart[at].item<double>(), at, Value(one), Value(other));
    }

    // "round <n> <place> <stage> trained <artifact> weights ... of <command>"
    private static IEnumerable<(string Command, string Artifact)> Models(IReadOnlyList<string> lines) =>
        lines.Select(line => line.Split(' ')).Where(words => words is ["round", _, _, _, "trained", ..]).Select(words => (words[^1], words[5]));

    private static string Folder(string home, string artifact) => Path.Combine(new HomeFolder(home).Artifacts, artifact[..2], artifact);
}
