using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Labels of pairs under single principles, as tensors in the order of a model's heads.</summary>
/// <param name="Preference">[pairs, principles] f32; one half where there is none.</param>
/// <param name="Labeled">[pairs, principles] f32, 1 or 0.</param>
internal sealed record PrincipleLabels(Tensor Preference, Tensor Labeled)
{
    public static PrincipleLabels Of(IReadOnlyList<TrainingPair> pairs, IReadOnlyList<string> principles)
    {
        double?[] labels = [.. pairs.SelectMany(pair => principles.Select(name => pair.Principles.TryGetValue(name, out var p) ? p : (double?)null))];
        Tensor Table(Func<double?, float> of) => tensor(labels.Select(of).ToArray(), pairs.Count, principles.Count);
        return new(Table(label => (float)(label ?? 0.5)), Table(label => label is null ? 0 : 1));
    }

    /// <summary>Labels of each principle.</summary>
    public static IReadOnlyList<int> Count(IEnumerable<TrainingPair> pairs, IReadOnlyList<string> principles) =>
        [.. principles.Select(name => pairs.Count(pair => pair.Principles.ContainsKey(name)))];

    /// <summary>Labels of each principle with which the sign of the margin agrees; a margin or a label in the middle counts one half.</summary>
    public IReadOnlyList<double> Agreements(Tensor margins)
    {
        var agree = ((margins.sign() * (Preference - 0.5).sign()) + 1) / 2 * Labeled;
        return [.. agree.sum(-2).cpu().data<float>().Select(sum => (double)sum)];
    }
}
