using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using static TorchSharp.torch;

namespace Rlaif.Learning.Optimization;

/// <summary>An exponential moving average of weights: e_0 = w_0, e_t = decay · e_(t-1) + (1 - decay) · w_t.</summary>
/// <remarks>Polyak and Juditsky 1992, in the form of TensorFlow's ExponentialMovingAverage. Steps that only jitter average out.</remarks>
public sealed class WeightAverage : IDisposable
{
    private readonly double decay;
    private readonly IReadOnlyList<NamedWeight> weights;
    private readonly Tensor[] averages;

    /// <summary>Begins at the weights as they are.</summary>
    /// <param name="weights">What is averaged.</param>
    /// <param name="decay">0: the last weights; below 1.</param>
    public WeightAverage(IReadOnlyList<NamedWeight> weights, double decay)
    {
        using var guard = no_grad();
        (this.weights, this.decay) = (weights, decay);
        averages = [.. weights.Select(w => w.Value.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>As a checkpoint stores them; the tensors themselves, not copies.</summary>
    public IReadOnlyList<NamedTensor> Averages => [.. weights.Select((w, i) => new NamedTensor($"ema.{w.Name}", averages[i]))];

    /// <summary>Call after every step.</summary>
    public void Update()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < averages.Length; i++)
        {
            averages[i].mul_(decay).add_(weights[i].Value, 1 - decay);
        }
    }

    /// <summary>Goes on where <see cref="Averages"/> were taken.</summary>
    /// <param name="stored">Every average by its name; copied.</param>
    public void Resume(Func<string, Tensor> stored)
    {
        using var guard = no_grad();
        foreach (var average in Averages)
        {
            average.Value.copy_(stored(average.Name));
        }
    }

    /// <summary>Puts the averages in the place of the weights: the training is over.</summary>
    public void Take()
    {
        using var guard = no_grad();
        for (var i = 0; i < averages.Length; i++)
        {
            weights[i].Value.copy_(averages[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(averages, average => average.Dispose());
}
