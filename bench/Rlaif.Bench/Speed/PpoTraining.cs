using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Bench.Speed;

/// <summary>PPO on HH prompts as TRL 1.12 was measured with it: 20 million parameters, eight prompts a batch, 64 new tokens, two passes over each batch,
/// at most 448 tokens. No response ends early: the weights are random.</summary>
internal static class PpoTraining
{
    private const int Batch = 8, Longest = 448, NewTokens = 64, Passes = 2, Warm = 2, Timed = 6;

    // Samples a second, and FLOP a second of torch.mm 1536³ beside them, both f32 on 2 cores.
    private const double TrlRate = 0.565, TrlProduct = 210e9;

    public static Task<IReadOnlyList<Figure>> Measure() => TorchThread.Run<IReadOnlyList<Figure>>(() => [.. Figures()]);

    private static IEnumerable<Figure> Figures()
    {
        const string Over = "train/ppo_hh_f32_over_trl_per_product";
        if (!RealModel.IsHere())
        {
            yield return Figure.NotMeasured(Over, "at least 2.5");
            yield break;
        }

        using var model = new SpeedModel(SpeedModel.Of20M);
        int[][] prompts = [.. HhPrompts.Prompts(Tokenizer.Read(RealModel.Model), Longest - NewTokens).Take(Batch * (Warm + Timed))];
        var data = model.Data(prompts.Select(prompt => new TrainingExample(prompt, [0])), TrainingData.Write);
        var rewards = model.RewardModel();
        double Rate(Precision precision)
        {
            SpeedModel.Use(precision);
            var recipe = new PpoRecipe { Batch = Batch, RolloutEpochs = Passes, MaxNewTokens = NewTokens, LearningRate = 1e-6, CheckpointSteps = 1000 };
            return Batch * Timed / SpeedModel.Seconds(
                progress => Training.Online(model.Job(data) with { RewardModel = rewards, EndIds = [] }, new() { Ppo = recipe }, model.Out, progress, default), Warm * Passes);
        }

        var (f32, bf16) = (Rate(Precision.Float32), Rate(Precision.BFloat16));
        SpeedModel.Use(Precision.Float32);
        var gemm = GemmRate.Measure();
        yield return Figure.Plain("train/ppo_hh_f32_samples_per_second", f32);
        yield return Figure.AtLeast(Over, f32 / gemm.Mkl / (TrlRate / TrlProduct), 2.5);
        yield return Figure.Plain("train/ppo_hh_f32_work_over_fastest_f32_product", f32 * Work(model, prompts) / gemm.Fastest);
        yield return Figure.Plain("train/ppo_hh_bf16_over_f32", bf16 / f32);
    }

    /// <summary>Of a sample, FLOP: it is read and written by the policy, scored by policy, reference, critic and reward model, and learnt from by two models in each pass.
    /// Prompts need no head.</summary>
    private static double Work(SpeedModel model, int[][] prompts)
    {
        var tokens = prompts.Average(prompt => prompt.Length) + NewTokens;
        var (body, head) = (model.Body * tokens, (double)model.Head * NewTokens);
        return (2 * (5 * body + 3 * head)) + (Passes * 6 * ((2 * body) + head));
    }
}
