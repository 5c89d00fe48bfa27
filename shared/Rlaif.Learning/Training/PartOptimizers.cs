using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Weights;
using TorchSharp;

namespace Rlaif.Learning.Training;

/// <summary>Clip and AdamW for each part of what is trained, and the average of all weights where one is asked for.</summary>
internal sealed class PartOptimizers(IReadOnlyList<TrainedPart> parts, AdamWSettings settings, double? ema = null) : IDisposable
{
    private readonly WeightAverage? average = ema is { } decay ? new([.. parts.SelectMany(part => part.Weights)], decay) : null;
    private readonly IReadOnlyList<(TrainedPart Part, AdamW Adam)> optimizers = [.. parts.Select(part => (part, new AdamW(part.Weights, settings)))];

    /// <summary>Updates that each part has had.</summary>
    public IReadOnlyList<int> Updates => [.. optimizers.Select(one => one.Adam.Steps)];

    /// <summary>As <see cref="AdamW.Moments"/>, of all parts, and the average.</summary>
    public IReadOnlyList<NamedTensor> Moments => [.. optimizers.SelectMany(one => one.Adam.Moments), .. average?.Averages ?? []];

    /// <summary>As <see cref="AdamW.Resume"/>, of all parts.</summary>
    public void Resume(Func<string, torch.Tensor> moments, IReadOnlyList<int> updates)
    {
        average?.Resume(moments);
        foreach (var ((_, adam), made) in optimizers.Zip(updates))
        {
            adam.Resume(moments, made);
        }
    }

    /// <summary>One update by the gradients that the weights hold; they are zero afterwards.</summary>
    /// <param name="share">Of the plan's learning rate.</param>
    /// <returns>Norm before the clip, and learning rate, of each part.</returns>
    /// <exception cref="DivergedException">A norm is not finite.</exception>
    public IReadOnlyList<(string Name, double Value)> Update(TrainingPlan plan, int step, double share = 1)
    {
        IReadOnlyList<(string, double)> figures = [.. optimizers.SelectMany(one => Update(one.Part, one.Adam, plan, step, share))];
        average?.Update();
        return figures;
    }

    /// <summary>In place: whoever adds to them goes on with the same tensors.</summary>
    public static void Zero(IEnumerable<torch.Tensor> gradients)
    {
        foreach (var gradient in gradients)
        {
            gradient.zero_();
        }
    }

    /// <summary>The last step is done: what is written is the average, where there is one.</summary>
    public void Finish() => average?.Take();

    public void Dispose()
    {
        average?.Dispose();
        foreach (var (_, adam) in optimizers)
        {
            adam.Dispose();
        }
    }

    private static (string, double)[] Update(TrainedPart part, AdamW adam, TrainingPlan plan, int step, double share)
    {
        torch.Tensor[] gradients = [.. part.Weights.Select(w => w.Value.grad!)];
        var norm = GradientClip.Apply(gradients, plan.MaxGradientNorm).item<float>();
        if (!float.IsFinite(norm))
        {
            throw new DivergedException(
                $"The training diverged: at step {step + 1} of {plan.Steps} the gradient norm is {norm}; lower the learning rate {plan.Schedule.Peak}.");
        }

        var rate = share * (part.Rate?.Invoke(step) ?? 1);
        var learningRate = plan.Schedule.At(step) * rate;
        // A part that rests keeps its moments too: what it would have learnt from is not to move it later.
        if (rate > 0)
        {
            adam.Update(gradients, learningRate);
        }

        Zero(gradients);
        return [($"optimizer/{part.Name}gradient_norm", norm), ($"optimizer/{part.Name}learning_rate", learningRate)];
    }
}
