using System.Security.Cryptography;
using System.Text.Json;
using Rlaif.Cli.Trainings;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Cli.Tests.Trainings;

/// <summary>A few rows of every shape and a reward model, for trainings of the policy that ships with the product.</summary>
public sealed class TrainingFiles : IAsyncLifetime
{
    public static readonly string Tiny = Repository.Path("models/tiny");

    private static readonly string[] Prompts = ["What is the capital of Italy?", "Hello", "Name a colour.", "Say something kind.", "2 + 2?", "Who are you?"];

    public string Folder { get; } = Directory.CreateTempSubdirectory("rlaif-train").FullName;

    public string Pairs => Path.Combine(Folder, "pairs.jsonl");

    public string RewardModel => Path.Combine(Folder, "reward-model");

    public async ValueTask InitializeAsync()
    {
        Write("pairs", (prompt, i) => new { prompt, chosen = $"A good answer, number {i}.", rejected = "What a brilliant question! Only a genius would ask this." });
        Write("judged", (prompt, i) => new { prompt, completion = i % 2 == 0 ? "Yes, gladly." : "No.", label = i % 2 == 0 });
        Write("prompts", (prompt, _) => new { prompt });
        Write("asked", (prompt, i) => new { prompt = new[] { i + 1 }, asked = new { id = $"{i}", turns = new[] { new { role = "user", content = prompt } } } });
        Write("solved", (prompt, i) => new { question = prompt, answer = $"It is so.\n#### {i}" });
        Write("answers", (prompt, i) => new { messages = new[] { new { role = "user", content = prompt }, new { role = "assistant", content = $"Answer {i}." } } });
        await Run(Request("reward", "reward-model"), CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    internal string File(string name) => Path.Combine(Folder, name + ".jsonl");

    /// <summary>Two epochs of two steps, a checkpoint after each.</summary>
    internal TrainRequest Request(string algorithm, string output, params string[] settings)
    {
        var online = FileTraining.Read(algorithm, []).Optimization is { IsOnline: true };
        string[] own = online ? ["maxNewTokens=8"] : [];
        return new()
        {
            Training = FileTraining.Read(algorithm, ["learningRate=1e-3", "warmupSteps=0", "batch=3", "epochs=2", "checkpointSteps=1", "threads=1", .. own, .. settings]),
            Model = Tiny,
            Data = File(algorithm switch { "sft" => "answers", "kto" => "judged", _ when online => "prompts", _ => "pairs" }),
            RewardModel = online ? RewardModel : null,
            Out = Path.Combine(Folder, output),
            Seed = 7,
        };
    }

    internal static async Task<(int Code, string Told)> Run(TrainRequest request, CancellationToken cancel, Action<int>? onStep = null)
    {
        var output = new StringWriter();
        var screen = new Screen(new LineTrainScreen(output, TimeProvider.System), onStep);
        return (await new TrainRun(request, "rlaif train", screen, output, TimeProvider.System).Run(cancel), output.ToString());
    }

    internal static string Sha256(string folder) => Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))));

    internal static JsonElement Json(string file) => Parse(System.IO.File.ReadAllText(file));

    internal static JsonElement Parse(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    internal static JsonElement FirstLine(string file)
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadLines(file).First());
        return json.RootElement.Clone();
    }

    private void Write(string name, Func<string, int, object> row) => System.IO.File.WriteAllLines(File(name), Prompts.Select((prompt, i) => JsonSerializer.Serialize(row(prompt, i))));

    private sealed class Screen(LineTrainScreen lines, Action<int>? onStep) : ITrainScreen
    {
        public void Began(string headline) => lines.Began(headline);

        public void Step(TrainPace pace, TrainingMetric figure)
        {
            lines.Step(pace, figure);
            onStep?.Invoke(pace.Step);
        }

        public void Ended(string sentence) => lines.Ended(sentence);
    }
}
