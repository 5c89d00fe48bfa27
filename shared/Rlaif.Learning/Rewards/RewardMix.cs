using Rlaif.Learning.Advantages;
using static TorchSharp.torch;

namespace Rlaif.Learning.Rewards;

/// <summary>A source of rewards in a mix.</summary>
/// <param name="Name">As it stands in the names of figures.</param>
/// <param name="Weight">What its rewards are multiplied by, above 0.</param>
/// <param name="Of">Where they come from.</param>
internal sealed record RewardSource(string Name, double Weight, IResponseReward Of);

/// <summary>What a source said of some answers.</summary>
/// <param name="Name">The source's.</param>
/// <param name="Weight">The source's.</param>
/// <param name="Scores">Of each answer, in the source's own unit; NaN where it said nothing.</param>
internal sealed record RewardPart(string Name, double Weight, IReadOnlyList<float> Scores);

/// <summary>The weighted sum of several sources (<see cref="RewardSum"/>). Takes the sources over.</summary>
internal sealed class RewardMix(IReadOnlyList<RewardSource> sources) : IDisposable
{
    /// <summary>What the answers are worth.</summary>
    /// <param name="answers">As many to each prompt, side by side.</param>
    /// <param name="samples">How many.</param>
    /// <param name="cancel">Looked at by sources that take long.</param>
    /// <returns>The sum for each answer, 0 where no source says anything; and what each source said.</returns>
    public (float[] Sums, IReadOnlyList<RewardPart> Parts) Of(IReadOnlyList<SampledAnswer> answers, int samples, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<RewardPart> parts = [.. sources.Select(source => new RewardPart(source.Name, source.Weight, source.Of.Of(answers, cancel)))];
        var columns = stack(parts.Select(part => tensor(Unscored.Filled(part.Scores, samples), device: CPU)), 1);
        var weights = tensor(parts.Select(part => (float)part.Weight).ToArray(), device: CPU);
        return (RewardSum.Of(columns, weights).nan_to_num(0).data<float>().ToArray(), parts);
    }

    /// <summary>Tells the sources of answers that they will be asked about later.</summary>
    public void Announce(IReadOnlyList<SampledAnswer> answers)
    {
        foreach (var source in sources)
        {
            source.Of.Announce(answers);
        }
    }

    public void Dispose()
    {
        foreach (var source in sources.Select(source => source.Of).OfType<IDisposable>())
        {
            source.Dispose();
        }
    }
}
