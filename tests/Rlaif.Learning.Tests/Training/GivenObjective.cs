using Rlaif.Learning.Models;
using Rlaif.Learning.Training;

namespace Rlaif.Learning.Tests.Training;

/// <summary>A loss of a test in the loop of the product.</summary>
/// <param name="part">Of a micro-batch; figures in the order of the names.</param>
internal sealed class GivenObjective(
    IReadOnlyList<NamedWeight> weights, IReadOnlyList<string> metrics, Func<IReadOnlyList<int>, LossWindow, LossPart> part, IDisposable model) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => weights;

    public IReadOnlyList<int> Lengths => throw new NotSupportedException();

    public IReadOnlyList<string> Metrics => metrics;

    public long Tokens(IReadOnlyList<int> examples) => 0;

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window) => part(examples, window);

    public void Write(string folder) => throw new NotSupportedException();

    public void Dispose() => model.Dispose();
}
