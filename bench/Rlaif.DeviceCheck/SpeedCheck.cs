using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.DeviceCheck;

/// <summary>Tokens a second of what a run does with a model, of GRPO responses a second, in every precision that the device has.</summary>
internal static class SpeedCheck
{
    public static void Run(Numerics numerics, Workload work, bool trains, IReadOnlyCollection<Precision> precisions)
    {
        var folder = Directory.CreateTempSubdirectory("rlaif-device").FullName;
        try
        {
            TorchRuntime.Use(numerics with { Device = DeviceKind.Cpu });
            using (var model = LanguageModel.Create(work.Model, seed: 1, trainable: false))
            {
                ModelFolder.WriteModel(folder, model);
            }

            var examples = Enumerable.Range(0, work.Batch * work.Steps).Select(i => new TrainingExample(Ids(work, i, work.Prompt), Ids(work, ~i, work.Response)));
            TrainingData.Write(Path.Combine(folder, "examples.jsonl"), examples);
            TrainingData.Write(Path.Combine(folder, "pairs.jsonl"), examples.Select(e =>
                new TrainingPair(e.Prompt, e.Response[..(work.Response / 2)], e.Response[(work.Response / 2)..], 0.9)));
            TrainingData.WritePrompts(
                Path.Combine(folder, "prompts.jsonl"), Enumerable.Range(0, work.Group.Prompts * work.Steps).Select(i => Ids(work, i, work.Group.Prompt)));
            foreach (var precision in precisions.Where(p => numerics.Device == DeviceKind.Cuda || p != Precision.TensorFloat32))
            {
                TorchRuntime.Use(numerics with { Precision = precision });
                if (trains)
                {
                    Trainings(folder, work, precision);
                }
                else
                {
                    Sampling(folder, work, precision);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Sampling(string folder, Workload work, Precision precision)
    {
        using var model = ModelFolder.ReadModel(folder, trainable: false);
        for (var again = 0; again < 2; again++)     // the first warms up
        {
            var clock = Stopwatch.StartNew();
            _ = Sampler.Sample(model, [.. Enumerable.Range(0, work.Prefill.Prompts).Select(i => Request(work, i, work.Prefill.Tokens, 1))]);
            Report(again, "prefill", precision, work.Prefill.Prompts, work.Prefill.Prompts * work.Prefill.Tokens, clock.Elapsed);
            foreach (var (rows, tokens) in work.Decode)
            {
                var drawn = 0;
                _ = Sampler.Sample(model, [.. Enumerable.Range(0, rows).Select(i => Request(work, i, work.DecodePrompt, tokens))], (_, _) =>
                {
                    if (++drawn == rows)
                    {
                        clock.Restart();            // after the prompts and the first token of each row
                    }

                    return true;
                });
                Report(again, "decode", precision, rows, rows * (tokens - 1), clock.Elapsed);
            }
        }
    }

    private static void Trainings(string folder, Workload work, Precision precision)
    {
        var (begin, clock, row) = (work.Steps / 3, Stopwatch.StartNew(), work.Prompt + work.Response);
        TrainingProgress progress = (step, _) =>
        {
            if (step == begin)
            {
                clock.Restart();
            }
        };
        TrainingJob Job(string data) => new() { Start = folder, Data = Path.Combine(folder, data), Work = Path.Combine(folder, $"work-{precision}") };
        T Recipe<T>(T recipe) where T : TrainingRecipe => recipe with { Epochs = 1, Batch = work.Batch, LearningRate = 1e-5, CheckpointSteps = 1000 };
        var timed = work.Batch * (work.Steps - begin);
        _ = Training.Sft(Job("examples.jsonl"), Recipe(new SftRecipe()), Path.Combine(folder, "out"), Timed(progress, work.Steps, () => Report(1, "sft", precision, work.Batch, timed * row, clock.Elapsed)), default);
        _ = Training.Dpo(Job("pairs.jsonl"), Recipe(new DpoRecipe()), Path.Combine(folder, "out"), Timed(progress, work.Steps, () => Report(1, "dpo", precision, work.Batch, timed * row, clock.Elapsed)), default);
        var group = work.Group;
        GroupParts(folder, group, precision);
        var grpo = Recipe(new GrpoRecipe { Samples = group.Samples, MaxNewTokens = group.NewTokens, Rewards = new() { Length = 0.02, LongestTokens = 1 } }) with { Batch = group.Prompts };
        _ = Training.Online(
            Job("prompts.jsonl") with { EndIds = [.. Enumerable.Range(0, group.Ends)] }, new OptimizationRecipe { Grpo = grpo }, Path.Combine(folder, "out"),
            Timed(progress, work.Steps, () => Report(1, "grpo", precision, group.Prompts * group.Samples, (work.Steps - begin) * group.Prompts * group.Samples, clock.Elapsed)), default);
    }

    /// <summary>What a step of GRPO consists of, each part by itself.</summary>
    private static void GroupParts(string folder, Rollouts group, Precision precision)
    {
        using var model = ModelFolder.ReadModel(folder, trainable: true);
        var rows = group.Prompts * group.Samples;
        for (var again = 0; again < 2; again++)
        {
            var clock = Stopwatch.StartNew();
            void Told(string what)
            {
                Report(again, what, precision, rows, rows, clock.Elapsed);
                clock.Restart();
            }

            var sampled = Sampler.Sample(model, [.. Enumerable.Range(0, rows).Select(row => new SamplingRequest(
                Ids(group.Prompt, model.Config.Vocabulary, row / group.Samples), 1, 1, group.NewTokens, Seed: 1, (ulong)row, [.. Enumerable.Range(0, group.Ends)]))]);
            Told("grpo_sampling");
            ResponseGroup[] groups = [.. sampled.Select((response, row) => (Row: row, Ids: response.Tokens.Select(token => token.Id).ToArray())).GroupBy(one => one.Row / group.Samples)
                .Select(own => new ResponseGroup(Ids(group.Prompt, model.Config.Vocabulary, own.Key), [.. own.Select(one => one.Ids)]))];
            _ = GroupTokens.Of(groups, batch => ResponseTokens.LogProbs(model, batch, 1), default);
            Told("grpo_scoring");
            using var scope = TorchSharp.torch.NewDisposeScope();
            var sum = ResponseTokens.LogProbs(model, GroupBatch.ForLogProbs(groups), 1).sum();
            _ = sum.item<float>();
            Told("grpo_forward");
            sum.backward();
            _ = model.Weights[0].Value.grad!.sum().item<float>();
            Told("grpo_backward");
        }
    }

    // The model is written after the last step: that is no step's time.
    private static TrainingProgress Timed(TrainingProgress progress, int last, Action report) => (step, steps) =>
    {
        progress(step, steps);
        if (step == last)
        {
            report();
        }
    };

    private static SamplingRequest Request(Workload work, int index, int prompt, int tokens) =>
        new(Ids(work, index, prompt), Temperature: 1, TopP: 1, tokens, Seed: 1, (ulong)index, EndIds: []);

    private static int[] Ids(Workload work, int stream, int count) => Ids(count, work.Model.Vocabulary, stream);

    private static int[] Ids(int count, int vocabulary, int stream)
    {
        var random = new RandomStream(7, (ulong)stream);
        return [.. Enumerable.Range(0, count).Select(_ => (int)(random.NextDouble() * vocabulary))];
    }

    private static void Report(int again, string what, Precision precision, int rows, int tokens, TimeSpan time)
    {
        if (again == 1)
        {
            Line.Write(new { part = "speed", what, precision = precision.ToString(), rows, counted = tokens, seconds = time.TotalSeconds, perSecond = tokens / time.TotalSeconds });
        }
    }
}
