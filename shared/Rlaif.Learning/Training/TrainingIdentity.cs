using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Hashes of everything that a training's bytes depend on: a checkpoint with another one belongs to another training. Every file is read once.</summary>
internal sealed class TrainingIdentity(TrainingJob job)
{
    // Raise it when the same inputs train to other bytes.
    private const string Version = "6";

    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    public string Of(string algorithm, TrainingRecipe recipe) =>
        Hash(
            [algorithm, JsonSerializer.Serialize(recipe, recipe.GetType()), job.Seed.ToString(), File(job.Data), Model(job.Start), Model(job.Reference ?? job.Start),
                .. job.RewardModel is { } rewards ? [Model(rewards)] : Array.Empty<string>(),
                .. recipe is OnlineRecipe ? [string.Join(' ', job.EndIds ?? [])] : Array.Empty<string>(),
                .. job.RulesName is { } rules ? [rules] : Array.Empty<string>(),
                .. job.Critic is { } critic ? [Model(critic)] : Array.Empty<string>()]);

    /// <param name="of">What is asked about the data; null, as before there was a choice: sums of the pairs.</param>
    public string OfReference(string? of = null) =>
        Hash(["reference", File(job.Data), Model(job.Reference ?? job.Start), .. of is null ? [] : new[] { of }]);

    private static string Hash(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', [Version, $"{get_num_threads()} threads, {MatrixProduct.Precision}{Device}", .. parts]))));

    // Nothing for the CPU, as in identities from before there was a choice.
    private static string Device => TensorDevice.Current == DeviceKind.Cpu ? "" : $", {TensorDevice.Current}";

    private string Model(string path) => Directory.Exists(path)
        ? Hash(ModelFolder.Content(path).Select(f => Path.GetRelativePath(path, f) + " " + File(f)))
        : File(path);

    private string File(string path)
    {
        if (known.TryGetValue(path, out var before))
        {
            return before;
        }

        if (!System.IO.File.Exists(path))
        {
            throw new InputException($"{path} is missing; a training reads it.");
        }

        using var stream = System.IO.File.OpenRead(path);
        return known[path] = Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
