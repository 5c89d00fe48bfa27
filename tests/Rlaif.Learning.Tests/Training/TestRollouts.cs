using Rlaif.Learning.Models;
using Rlaif.Learning.Training;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Rollouts of a test, for algorithms that ask for no greedy response.</summary>
internal abstract class TestRollouts : IRollouts
{
    public abstract IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel);

    public IReadOnlyList<float> Greedy(LanguageModel policy, IReadOnlyList<int> prompts, CancellationToken cancel) => throw new NotSupportedException();

    public virtual void Dispose()
    {
    }
}

/// <summary>The same of every policy, by prompt.</summary>
internal sealed class GivenRollouts(params IReadOnlyList<Rollout> made) : TestRollouts
{
    public override IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel) => [.. prompts.Select(prompt => made[prompt])];
}
