using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;

namespace Rlaif.DeviceCheck;

/// <summary>Whether LibTorch loads, finds the device, and computes there what the CPU computes.</summary>
internal static class LoadCheck
{
    public static void Run(Numerics numerics)
    {
        TorchRuntime.Use(numerics with { Device = DeviceKind.Cpu });
        Line.Write(new { part = "load", step = "cpu" });
        var expected = Greedy();
        TorchRuntime.Use(numerics);
        Line.Write(new { part = "load", step = "device", device = numerics.Device.ToString() });
        var actual = Greedy();
        var logProbs = expected.Zip(actual, (a, b) => Math.Abs(a.LogProb - b.LogProb)).Max();
        Line.Write(new
        {
            part = "load",
            step = "computes",
            tokensEqual = expected.Select(token => token.Id).SequenceEqual(actual.Select(token => token.Id)),
            largestLogProbDifference = logProbs,
        });
    }

    private static List<SampledToken> Greedy()
    {
        using var model = LanguageModel.Create(Workload.Tiny.Model, seed: 1, trainable: false);
        return [.. Sampler.Sample(model, [new([5, 6, 7], 0, 1, 40, 0, 0, [])])[0].Tokens];
    }
}
