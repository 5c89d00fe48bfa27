using Rlaif.Learning.Models;
using Rlaif.Learning.Training;

namespace Rlaif.Learning.Tests.Training;

/// <summary>An objective that sees its step as TRL does: what parts share is each micro-batch's own, and the step is the mean over micro-batches. Ours is
/// the step's, so that its result does not depend on how much memory there is.</summary>
internal sealed class TrlWindow(IObjective objective) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => objective.Weights;

    public IReadOnlyList<int> Lengths => objective.Lengths;

    public IReadOnlyList<string> Metrics => objective.Metrics;

    public LossWindow Window(IReadOnlyList<int> examples) => objective.Window(examples);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        var own = objective.Window(examples);
        return objective.Part(examples, own with { Count = window.Count, Desirable = own.Desirable * window.Count / own.Count });
    }

    public void Write(string folder) => objective.Write(folder);

    public void Dispose() => objective.Dispose();
}
