using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Bench.Speed;

/// <summary>Trainings on made-up tokens beside the products that they are made of: six FLOP for each parameter and token that a loss needs.</summary>
internal static class TrainingSpeed
{
    public static Task<IReadOnlyList<Figure>> Measure() => TorchThread.Run<IReadOnlyList<Figure>>(() =>
        [.. Sft("135m", SpeedModel.Of135M, batch: 4, timed: 7, goal: 0.70), .. Sft("5m", SpeedModel.Of5M, batch: 8, timed: 31, goal: 0.55), SharedPrompt()]);

    private static IEnumerable<Figure> Sft(string name, ModelConfig shape, int batch, int timed, double goal)
    {
        const int Tokens = 256, Warm = 2;
        using var model = new SpeedModel(shape);
        var data = model.Data(
            Enumerable.Range(0, batch * (Warm + timed)).Select(i => new TrainingExample([1], Ids(shape, i, Tokens - 1))), TrainingData.Write);
        double Rate(Precision precision, Action? between = null)
        {
            SpeedModel.Use(precision);
            var recipe = new SftRecipe { Batch = batch, LearningRate = 1e-5, CheckpointSteps = 1000 };
            return batch * (Tokens - 1) / SpeedModel.MedianStep(progress => Training.Sft(model.Job(data), recipe, model.Out, progress, default), Warm, between);
        }

        SpeedModel.Use(Precision.Float32);
        var (f32, gemm) = GemmRate.Between(between => Rate(Precision.Float32, between));
        var bf16 = Rate(Precision.BFloat16);
        var work = 6.0 * (model.Body + model.Head);
        yield return Figure.Plain($"train/sft_{name}_f32_tokens_per_second", f32);
        yield return Figure.AtLeast($"train/sft_{name}_f32_over_fastest_f32_product", f32 * work / gemm.Fastest, goal);
        yield return Figure.Plain($"train/sft_{name}_f32_over_mkl", f32 * work / gemm.Mkl);
        yield return Figure.Plain($"train/sft_{name}_bf16_over_f32", bf16 / f32);
        yield return Figure.Plain($"train/sft_{name}_our_f32_product_over_fastest", gemm.Ours / gemm.Fastest);
    }

    /// <summary>Log-probabilities and gradients of eight responses to each prompt, which is twice as long as they are (a quarter of the lengths that TRL's GRPO
    /// has without settings): the prompt once, over once for each.</summary>
    private static Figure SharedPrompt()
    {
        const int Prompts = 2, Samples = 8, Prompt = 128, Response = 64, Times = 3;
        using var folder = new SpeedModel(SpeedModel.Of135M);
        SpeedModel.Use(Precision.Float32);
        using var model = ModelFolder.ReadModel(folder.Path, trainable: true);
        ResponseGroup[] shared = [.. Enumerable.Range(0, Prompts).Select(prompt => new ResponseGroup(
            Ids(model.Config, prompt, Prompt), [.. Enumerable.Range(0, Samples).Select(k => Ids(model.Config, (prompt * Samples) + k, Response))]))];
        ResponseGroup[] apart = [.. shared.SelectMany(group => group.Responses.Select(response => new ResponseGroup(group.Prompt, [response])))];
        double Seconds(ResponseGroup[] groups) => Enumerable.Range(0, Times + 1).Select(_ =>
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            ResponseTokens.LogProbs(model, GroupBatch.ForLogProbs(groups), temperature: 1).sum().backward();
            return clock.Elapsed.TotalSeconds;
        }).Skip(1).Min();

        return Figure.AtLeast("train/grpo_prompt_once_over_once_per_sample", Seconds(apart) / Seconds(shared), 1.6);
    }

    private static int[] Ids(ModelConfig shape, int stream, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (int)((((long)stream * 7919) + ((long)i * 104_729)) % shape.Vocabulary))];
}
