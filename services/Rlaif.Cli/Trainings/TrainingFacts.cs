using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Trainings;

/// <summary>A file or model by its name and its content.</summary>
internal sealed record NamedContent(string Name, string Sha256)
{
    private static readonly string[] Tokenizers = ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"];

    /// <summary>A file, or of a model folder what a training reads: weights, configuration, tokenizer.</summary>
    public static NamedContent Of(string path)
    {
        var name = Path.GetFileName(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar));
        return File.Exists(path) ? new(name, ArtifactStore.Sha256(path))
            : Directory.Exists(path) ? new(name, OfFolder(path))
            : throw new InputException($"There is no file or folder {path}.");
    }

    public static NamedContent? OfOptional(string? path) => path is null ? null : Of(path);

    private static string OfFolder(string folder)
    {
        var files = ModelFolder.Content(folder).Concat(Tokenizers.Select(name => Path.Combine(folder, name)).Where(File.Exists)).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', files.Select(file => $"{Path.GetRelativePath(folder, file)} {ArtifactStore.Sha256(file)}")))));
    }
}

/// <summary>All that decides the bytes of a training's result. Two commands with the same facts are the same training.</summary>
internal sealed record TrainingFacts(
    string Algorithm, object Settings, ulong Seed, Numerics Numerics, NamedContent Model, NamedContent? Reference, NamedContent? RewardModel,
    NamedContent? Constitution, NamedContent Data, NamedContent? EvaluationData, int? MaxTokens, IReadOnlyDictionary<string, string>? Columns)
{
    public static TrainingFacts Of(TrainRequest request) => new(
        request.Training.Algorithm, request.Training.Settings, request.Seed, request.Training.Numerics, NamedContent.Of(request.Model),
        NamedContent.OfOptional(request.Reference), NamedContent.OfOptional(request.RewardModel), NamedContent.OfOptional(request.Constitution),
        NamedContent.Of(request.Data), NamedContent.OfOptional(request.EvaluationData), request.MaxTokens, request.Columns.Count == 0 ? null : request.Columns);

    public JsonObject AsJson() => JsonNode.Parse(Json.Of(this))!.AsObject();

    /// <summary>Names of the facts in which another training differs. A file by another name is the same one.</summary>
    public IReadOnlyList<string> DifferencesFrom(JsonObject other)
    {
        var mine = AsJson();
        return [.. mine.Select(fact => fact.Key).Union(other.Select(fact => fact.Key), StringComparer.Ordinal)
            .Where(name => !JsonNode.DeepEquals(Content(mine[name]), Content(other[name])))];
    }

    private static JsonNode? Content(JsonNode? fact) => fact is JsonObject named ? named["sha256"] ?? fact : fact;
}
