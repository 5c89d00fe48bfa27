using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;

namespace Rlaif.Bench.Speed;

/// <summary>Rollouts, and for how long they were sampled and judged.</summary>
internal sealed class ClockedRollouts(IRollouts inner) : IRollouts
{
    public Stopwatch Clock { get; } = new();

    public IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel)
    {
        Clock.Start();
        var made = inner.Of(policy, batch, prompts, cancel);
        Clock.Stop();
        return made;
    }

    public IReadOnlyList<float> Greedy(LanguageModel policy, IReadOnlyList<int> prompts, CancellationToken cancel) => inner.Greedy(policy, prompts, cancel);

    public void Dispose() => inner.Dispose();
}

/// <summary>An objective, and for how long its steps began and learnt.</summary>
internal sealed class ClockedObjective(IObjective inner) : IObjective
{
    /// <summary>Of a step before its first part.</summary>
    public Stopwatch Beginning { get; } = new();

    /// <summary>Of a step from there to its gradients: its forward and backward passes.</summary>
    public Stopwatch Updating { get; } = new();

    public IReadOnlyList<NamedWeight> Weights => inner.Weights;

    public IReadOnlyList<TrainedPart> Parts => inner.Parts;

    public IReadOnlyList<int> Lengths => inner.Lengths;

    public IReadOnlyList<string> Metrics => inner.Metrics;

    public void Restart()
    {
        Beginning.Reset();
        Updating.Reset();
    }

    public long Tokens(IReadOnlyList<int> examples) => inner.Tokens(examples);

    public IReadOnlyList<(string Name, double Value)> Begin(int step, IReadOnlyList<int> window, CancellationToken cancel)
    {
        Beginning.Start();
        var figures = inner.Begin(step, window, cancel);
        Beginning.Stop();
        Updating.Start();
        return figures;
    }

    public LossWindow Window(IReadOnlyList<int> examples) => inner.Window(examples);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window) => inner.Part(examples, window);

    public StepVerdict Judge(IReadOnlyList<double> figures, double ratioMax)
    {
        Updating.Stop();
        return inner.Judge(figures, ratioMax);
    }

    public void Write(string folder) => inner.Write(folder);

    public void Dispose() => inner.Dispose();
}
