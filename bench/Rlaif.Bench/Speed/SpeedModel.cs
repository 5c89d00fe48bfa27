using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Bench.Speed;

/// <summary>A model of some shape with random weights, in a folder of its own.</summary>
internal sealed class SpeedModel : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-speed-").FullName;
    private int files;

    public SpeedModel(ModelConfig shape)
    {
        using var model = LanguageModel.Create(shape, seed: 1, trainable: false);
        ModelFolder.WriteModel(Path, model);
        (Shape, Head) = (shape, (long)shape.Vocabulary * shape.HiddenSize);
        Body = model.Weights.Sum(weight => weight.Value.numel()) - Head;
    }

    /// <summary>SmolLM2-135M's.</summary>
    public static ModelConfig Of135M { get; } = new()
    {
        Architecture = "llama", HiddenSize = 576, Layers = 30, Heads = 9, KeyValueHeads = 3, HeadDim = 64, FeedForward = 1536, Vocabulary = 49_152,
        MaxPositions = 8192, RopeTheta = 100_000, TiedEmbeddings = true,
    };

    /// <summary>19.7 million parameters, most of them the embedding's.</summary>
    public static ModelConfig Of20M { get; } = new()
    {
        Architecture = "llama", HiddenSize = 256, Layers = 8, Heads = 8, KeyValueHeads = 4, HeadDim = 32, FeedForward = 896, Vocabulary = 49_152,
        MaxPositions = 2048, TiedEmbeddings = true,
    };

    /// <summary>4.9 million parameters.</summary>
    public static ModelConfig Of5M { get; } = new()
    {
        Architecture = "llama", HiddenSize = 256, Layers = 6, Heads = 8, KeyValueHeads = 2, HeadDim = 32, FeedForward = 688, Vocabulary = 2048,
        MaxPositions = 2048, TiedEmbeddings = true,
    };

    public ModelConfig Shape { get; }

    /// <summary>Parameters of the decoder, and of the head that shares the embedding's.</summary>
    public long Body { get; }

    public long Head { get; }

    public string Path => System.IO.Path.Combine(folder, "model");

    /// <summary>Seconds of the steps after the first ones, in which memory is taken and code compiled.</summary>
    /// <param name="train">A training that reports its steps.</param>
    /// <param name="warm">Steps that do not count.</param>
    public static double Seconds(Action<TrainingProgress> train, int warm)
    {
        var (clock, seconds) = (new Stopwatch(), 0.0);
        train((step, steps) =>
        {
            if (step == warm)
            {
                clock.Restart();
            }

            seconds = step == steps ? clock.Elapsed.TotalSeconds : 0;       // the model is written after the last step
        });
        return seconds;
    }

    /// <summary>Seconds of the median step of those after the first ones, where all steps have the same work.</summary>
    /// <param name="train">A training that reports its steps.</param>
    /// <param name="warm">Steps that do not count.</param>
    /// <param name="between">Done after each step, and not counted.</param>
    public static double MedianStep(Action<TrainingProgress> train, int warm, Action? between = null)
    {
        var (clock, seconds) = (Stopwatch.StartNew(), new List<double>());
        train((step, _) =>
        {
            seconds.Add(clock.Elapsed.TotalSeconds);
            between?.Invoke();
            clock.Restart();
        });
        return Median(seconds[warm..]);
    }

    public static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    public string Data<T>(IEnumerable<T> items, Action<string, IEnumerable<T>> write)
    {
        var path = System.IO.Path.Combine(folder, $"data-{++files}.jsonl");
        write(path, items);
        return path;
    }

    /// <summary>The folder of a reward model on it.</summary>
    public string RewardModel()
    {
        using var policy = ModelFolder.ReadModel(Path, trainable: false);
        using var model = Learning.Models.RewardModel.On(policy);
        var path = System.IO.Path.Combine(folder, "reward-model");
        ModelFolder.WriteRewardModel(path, model);
        return path;
    }

    public TrainingJob Job(string data) => new() { Start = Path, Data = data, Work = System.IO.Path.Combine(folder, $"work-{++files}"), Seed = 1 };

    public string Out => System.IO.Path.Combine(folder, "out");

    public static void Use(Precision precision) => TorchRuntime.Use(Numerics.OfThisMachine with { Precision = precision });

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
