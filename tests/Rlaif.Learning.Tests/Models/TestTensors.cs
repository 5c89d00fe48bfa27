using Rlaif.Learning.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

internal static class TestTensors
{
    /// <summary>Standard normal, the same numbers on every device.</summary>
    public static Tensor Normal(RandomStream random, params long[] shape) =>
        tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.NextNormal())]).view(shape);
}
