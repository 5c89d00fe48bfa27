using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Bench.Speed;

/// <summary>PPO on HH prompts as TRL 1.12 was measured with it: 20 million parameters, eight prompts a batch, 64 new tokens, two passes over each batch,
/// at most 448 tokens. No response ends early: the weights are random.</summary>
internal static class PpoTraining
{
    private const int Batch = 8, Longest = 448, NewTokens = 64, Passes = 2, Warm = 1, Timed = 4;

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
        var rewards = model.RewardModel();
        SpeedModel.Use(Precision.Float32);
        var (f32, gemm) = GemmRate.Around(() => Run(model, rewards, prompts, Precision.Float32));
        // Where products in it take longer it says nothing, and takes long.
        var bf16 = FastestPrecision.OfThisMachine(DeviceKind.Cpu, SpeedModel.Of20M.HiddenSize).Precision == Precision.BFloat16 ? Run(model, rewards, prompts, Precision.BFloat16).Rate / f32.Rate : (double?)null;
        yield return Figure.Plain("train/ppo_hh_f32_samples_per_second", f32.Rate);
        yield return Figure.AtLeast(Over, f32.Rate / gemm.Mkl / (TrlRate / TrlProduct), 2.5);
        yield return Figure.Plain("train/ppo_hh_f32_work_over_fastest_f32_product", f32.Rate * Work(model, prompts) / gemm.Fastest);
        yield return Figure.Plain("train/ppo_hh_f32_share_of_generation", f32.Generation);
        yield return Figure.Plain("train/ppo_hh_f32_share_of_scoring", f32.Scoring);
        yield return Figure.Plain("train/ppo_hh_f32_share_of_update", f32.Update);
        yield return Figure.AtMost("train/ppo_hh_f32_share_of_the_rest", 1 - f32.Generation - f32.Scoring - f32.Update, 0.05);
        if (bf16 is { } faster)
        {
            yield return Figure.Plain("train/ppo_hh_bf16_over_f32", faster);
        }
    }

    private static (double Rate, double Generation, double Scoring, double Update) Run(SpeedModel model, string rewards, int[][] prompts, Precision precision)
    {
        SpeedModel.Use(precision);
        var recipe = new PpoRecipe { Batch = Batch, RolloutEpochs = Passes, MaxNewTokens = NewTokens, LearningRate = 1e-6, CheckpointSteps = 1000 };
        int[] lengths = [.. prompts.Select(prompt => prompt.Length)];
        var plan = RolloutPlan.Of(recipe, lengths, seed: 1);
        LanguageModel Policy(bool trainable) => ModelFolder.ReadModel(model.Path, trainable);
        var mix = new RewardMix([new("reward_model", 1, new ModelReward(RewardJudge.Read(rewards, recipe)))]);
        using var rollouts = new ClockedRollouts(new SampledRollouts(prompts, mix, recipe, samples: 1, endIds: [], seed: 1));
        using var objective = new ClockedObjective(new PpoObjective(
            Policy(trainable: true), Policy(trainable: false), ModelFolder.ReadRewardModelStart(rewards), lengths, rollouts, plan, recipe));
        var seconds = SpeedModel.Seconds(progress => TrainingLoop.Run(objective, plan.Training(recipe), null, (step, steps) =>
        {
            progress(step, steps);
            if (step == Warm * Passes)
            {
                rollouts.Clock.Reset();
                objective.Restart();
            }
        }, default), Warm * Passes);
        double Share(Stopwatch clock) => clock.Elapsed.TotalSeconds / seconds;
        return (Batch * Timed / seconds, Share(rollouts.Clock), Share(objective.Beginning) - Share(rollouts.Clock), Share(objective.Updating));
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
