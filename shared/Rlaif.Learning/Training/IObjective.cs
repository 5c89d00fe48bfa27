using Rlaif.Learning.Models;
using TorchSharp;

namespace Rlaif.Learning.Training;

/// <summary>An algorithm as the loop sees it: weights, and a loss on any of its examples.</summary>
internal interface IObjective : IDisposable
{
    /// <summary>What is trained.</summary>
    IReadOnlyList<NamedWeight> Weights { get; }

    /// <summary>The same in parts, each with a gradient norm and a learning rate of its own.</summary>
    IReadOnlyList<TrainedPart> Parts => [new("", Weights)];

    /// <summary>Tokens of each example, by which batches are made of like ones.</summary>
    IReadOnlyList<int> Lengths { get; }

    /// <summary>Tokens that a step on these examples computes.</summary>
    long Tokens(IReadOnlyList<int> examples) => examples.Sum(example => (long)Lengths[example]);

    /// <summary>Names of the figures that every part has, with unit and estimator.</summary>
    IReadOnlyList<string> Metrics { get; }

    /// <summary>Told of the figures of earlier steps when a training goes on: what an algorithm has learnt beside its weights is among them, or was kept.</summary>
    /// <param name="earlier">Of every step that was done.</param>
    /// <param name="checkpoint">Folder that <see cref="Keep"/> wrote to.</param>
    void Resume(IReadOnlyList<TrainingMetric> earlier, string checkpoint)
    {
    }

    /// <summary>Writes into the folder of a checkpoint what a training needs to go on beside weights, moments and figures.</summary>
    void Keep(string checkpoint)
    {
    }

    /// <summary>Told of every step before its first part: algorithms that learn from their own samples take them here.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="window">All examples of the step.</param>
    /// <param name="cancel">Ends the sampling.</param>
    /// <returns>Figures of the step that no part has.</returns>
    /// <exception cref="DivergedException">The weights are of no use for it; nothing else has changed.</exception>
    IReadOnlyList<(string Name, double Value)> Begin(int step, IReadOnlyList<int> window, CancellationToken cancel) => [];

    /// <summary>Told that the weights are those of earlier steps again.</summary>
    void GoBack()
    {
    }

    /// <summary>What the parts of one step share.</summary>
    /// <param name="examples">All examples of the step.</param>
    LossWindow Window(IReadOnlyList<int> examples);

    /// <summary>The part of one micro-batch in the mean over its window: parts add up to the step's loss and figures, however it is cut.</summary>
    /// <param name="examples">The micro-batch.</param>
    /// <param name="window">Of all examples of the step.</param>
    LossPart Part(IReadOnlyList<int> examples, LossWindow window);

    /// <summary>Asked when the gradients of a step are there: whether they move the weights.</summary>
    /// <param name="figures">The step's, in the order of the names.</param>
    /// <param name="ratioMax">The largest of its parts.</param>
    StepVerdict Judge(IReadOnlyList<double> figures, double ratioMax) => StepVerdict.Learn;

    /// <summary>Writes the model folder.</summary>
    void Write(string folder);
}

/// <summary>Weights that are clipped together.</summary>
/// <param name="Name">Stands before the names of its figures; empty where it is the only part, or the policy.</param>
/// <param name="Weights">Their names are those of a checkpoint.</param>
/// <param name="Rate">What the learning rate is multiplied by, given the step from 0; 0: the part rests; null: 1.</param>
internal sealed record TrainedPart(string Name, IReadOnlyList<NamedWeight> Weights, Func<int, double>? Rate = null);

/// <summary>What no micro-batch knows of its step alone.</summary>
/// <param name="Count">What the step's mean divides by: response tokens, pairs or responses.</param>
internal sealed record LossWindow(long Count)
{
    /// <summary>Response tokens that a likelihood term averages over, divided by the pairs.</summary>
    public double TokensPerPair { get; init; } = 1;

    /// <summary>Responses that are desirable, each as far as it is; 0 where none are judged.</summary>
    public double Desirable { get; init; }

    /// <summary>How far the policy has moved from its reference on responses to other prompts, nats per sequence.</summary>
    public double Baseline { get; init; }
}

/// <summary>A micro-batch's share of the step.</summary>
/// <param name="Loss">Scalar with gradient.</param>
/// <param name="Metrics">In the order of the names.</param>
internal sealed record LossPart(torch.Tensor Loss, double[] Metrics)
{
    /// <summary>Largest ratio of policy to sampling policy over its tokens; 1 where nobody looks.</summary>
    public double RatioMax { get; init; } = 1;
}
