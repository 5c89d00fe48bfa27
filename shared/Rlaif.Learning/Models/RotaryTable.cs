using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Cosines and sines of the rotary position embedding (arXiv 2104.09864) in the half-split layout of Hugging Face.</summary>
/// <remarks>Angles are computed in f64 and rounded once. The tables grow to the longest sequence seen.</remarks>
internal sealed class RotaryTable(ModelConfig config) : IDisposable
{
    private readonly double[] frequencies = RotaryFrequencies.Of(config);
    private readonly double scale = RotaryFrequencies.AttentionScale(config.RopeScaling);
    private Tensor? cosines;
    private Tensor? sines;

    /// <summary>Cosine and sine of positions 0 to <paramref name="time"/> - 1, each [time, head width / 2].</summary>
    public (Tensor Cosines, Tensor Sines) Upto(long time)
    {
        if (cosines is null || cosines.shape[0] < time)
        {
            Grow(Math.Max(time, Math.Min(config.MaxPositions, 256)));
        }

        return (cosines!.narrow(0, 0, time), sines!.narrow(0, 0, time));
    }

    public void Dispose()
    {
        cosines?.Dispose();
        sines?.Dispose();
    }

    private void Grow(long time)
    {
        var half = frequencies.Length;
        var cosine = new float[time * half];
        var sine = new float[time * half];
        for (var at = 0; at < cosine.Length; at++)
        {
            var angle = at / half * frequencies[at % half];
            cosine[at] = (float)(Math.Cos(angle) * scale);
            sine[at] = (float)(Math.Sin(angle) * scale);
        }

        Dispose();
        cosines = tensor(cosine, time, half).DetachFromDisposeScope();
        sines = tensor(sine, time, half).DetachFromDisposeScope();
    }
}
