using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>How a pretrained model was made: manifest.json. No time and no path, so the same training gives the same bytes.</summary>
internal static class PretrainManifest
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string folder, PretrainRecipe recipe, string corpusFile, IReadOnlyList<TrainingMetric> metrics)
    {
        // Losses of single steps differ by their batches: the mean of the last fifty is the figure.
        var losses = metrics.Where(metric => metric.Name == "sft/loss_nats_per_token").Select(metric => metric.Value).TakeLast(50);
        var files = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Where(name => name != "manifest.json").Order(StringComparer.Ordinal);
        var manifest = new
        {
            made = "rlaif pretrain",
            recipe = recipe with { Corpus = Path.GetFileName(recipe.Corpus) },
            corpusSha256 = Sha256(corpusFile),
            finalLossNatsPerToken = Math.Round(losses.Average(), 4),
            sha256 = files.ToDictionary(name => name, name => Sha256(Path.Combine(folder, name)), StringComparer.Ordinal),
        };
        DurableFile.Write(Path.Combine(folder, "manifest.json"), file =>
        {
            JsonSerializer.Serialize(file, manifest, Form);
            file.WriteByte((byte)'\n');
        });
    }

    private static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
