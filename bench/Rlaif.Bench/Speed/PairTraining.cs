using System.Globalization;
using Rlaif.Cli.Running;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Bench.Speed;

/// <summary>DPO on real pairs, four of at most 512 tokens in a step, from its beginning: the reference is computed too.</summary>
internal static class PairTraining
{
    private const int Pairs = 64, Batch = 4, Longest = 512;
    private const double Gigabyte = 1e9;

    public static Task<IReadOnlyList<Figure>> Measure() => TorchThread.Run<IReadOnlyList<Figure>>(() => [.. Hh(), Growth()]);

    private static IEnumerable<Figure> Hh()
    {
        const string Speed = "train/dpo_hh_f32_work_over_fastest_f32_product", Memory = "train/dpo_hh_peak_gigabytes";
        if (!RealModel.IsHere())
        {
            yield return Figure.NotMeasured(Speed, "at least 0.6");
            yield return Figure.NotMeasured(Memory, "at most 4.5");
            yield break;
        }

        TrainingPair[] pairs = [.. HhPrompts.Pairs(Tokenizer.Read(RealModel.Model), Longest).Take(Pairs)];
        using var model = new SpeedModel(SpeedModel.Of135M);
        var data = model.Data(pairs, TrainingData.Write);
        double Seconds(Precision precision, Action? between = null)
        {
            SpeedModel.Use(precision);
            var recipe = new DpoRecipe { Batch = Batch, LearningRate = 1e-6, CheckpointSteps = 1000 };
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var seconds = 0.0;
            Training.Dpo(model.Job(data), recipe, model.Out, (_, _) =>
            {
                clock.Stop();
                seconds = clock.Elapsed.TotalSeconds;
                between?.Invoke();
                clock.Start();
            }, default);
            return seconds;
        }

        // From here on the kernel's peak counts anew.
        File.WriteAllText("/proc/self/clear_refs", "5");
        SpeedModel.Use(Precision.Float32);
        var ((f32, peak), gemm) = GemmRate.Between(between => (Seconds(Precision.Float32, between), PeakMemory.Bytes()));
        var bf16 = Seconds(Precision.BFloat16);
        // Forward and backward of the policy, forward of the reference: 8 FLOP for each parameter that a token needs. Prompts need no head.
        var responses = pairs.Sum(pair => (double)(pair.Chosen.Length + pair.Rejected.Length));
        var work = 8 * ((model.Body * (responses + pairs.Sum(pair => pair.Prompt.Length))) + (model.Head * responses));
        yield return Figure.Plain("train/dpo_hh_f32_pairs_per_second", Pairs / f32);
        yield return Figure.AtLeast(Speed, work / f32 / gemm.Fastest, 0.6);
        yield return Figure.Plain("train/dpo_hh_f32_work_over_mkl", work / f32 / gemm.Mkl);
        yield return Figure.Plain("train/dpo_hh_bf16_over_f32", f32 / bf16);
        yield return Figure.AtMost(Memory, peak / Gigabyte, 4.5);
    }

    /// <summary>What the process holds after 1000 steps over what it held after 100.</summary>
    private static Figure Growth()
    {
        const int Steps = 1000, Early = 100;
        using var model = new SpeedModel(SpeedModel.Of5M);
        SpeedModel.Use(Precision.Float32);
        var data = model.Data(
            Enumerable.Range(0, Steps).Select(i => new TrainingPair([1, 2 + (i % 9)], [3, 4, 5 + (i % 7), 6], [7, 8, 9 + (i % 5)], 1)), TrainingData.Write);
        var held = new Dictionary<int, double>();
        Training.Dpo(
            model.Job(data), new() { Batch = 1, LearningRate = 1e-6, CheckpointSteps = 1000 }, model.Out,
            (step, _) => held[step] = step is Early or Steps ? Resident() : 0, default);
        return Figure.AtMost("train/dpo_memory_after_1000_steps_over_100", held[Steps] / held[Early], 1.05);
    }

    private static double Resident() => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(':', 'k')[1], CultureInfo.InvariantCulture);
}
