using System.Text.Json;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Whole trainings of TRL on given rollouts, two steps on each batch. Theirs are cut by response and ours by group, which no loss here sees:
/// the bnpo mean and the entropy bonus would.</summary>
public class GroupTrajectoryTests
{
    [Theory]
    [InlineData("grpo_grpo")]
    [InlineData("grpo_dr_grpo")]
    [InlineData("grpo_dapo")]
    [InlineData("grpo_kl_uncorrected")]
    [InlineData("grpo_cispo")]
    [InlineData("grpo_sapo")]
    [InlineData("grpo_gspo")]
    [InlineData("grpo_luspo_sequence")]
    [InlineData("grpo_temperature_mask_truncated")]
    [InlineData("rloo")]
    [InlineData("rloo_normalised")]
    public Task Every_step_and_the_final_weights_are_those_of_the_reference(string name)
    {
        var golden = Golden.Read($"trajectories/{name}.json");
        var cancel = TestContext.Current.CancellationToken;
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var objective = Objective(name, golden);
            TrajectoryComparison.Follow(golden, objective, Plan(golden), cancel);
        }, cancel);
    }

    private static TrainingPlan Plan(JsonElement golden)
    {
        var config = golden.GetProperty("config");
        double Number(string key) => config.GetProperty(key).GetDouble();
        var groups = (int)(Number("batch") * Number("accumulation") / Number("group_size"));
        var steps = (int)Number("steps");
        int[][] batches = [.. Enumerable.Range(0, steps).Select(step => Enumerable.Range(step / (int)Number("num_iterations") * groups, groups).ToArray())];
        return new(batches, MicroBatch: 1, new(Number("lr"), ScheduleKind.Linear, (int)Number("warmup"), steps),
            new(Beta2: Number("beta2"), WeightDecay: Number("weight_decay")), Number("max_grad_norm"));
    }

    private static GroupObjective Objective(string name, JsonElement golden)
    {
        var policy = ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: true);
        TrajectoryComparison.Put(policy, Fixtures.Path("trajectories/dpo.initial_policy.safetensors"));
        var algorithm = Algorithm(name, golden.GetProperty("config"));
        var rollouts = new GivenRollouts(golden.GetProperty("config"));
        var reference = algorithm.NeedsReference ? ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: false) : null;
        return new(policy, reference, rollouts.Lengths, rollouts, algorithm);
    }

    private static GroupAlgorithm Algorithm(string name, JsonElement config)
    {
        double Number(string key, double otherwise) => config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;
        string Word(string key, string otherwise) => config.TryGetProperty(key, out var value) ? value.GetString()!.Replace("_", "", StringComparison.Ordinal) : otherwise;
        bool Flag(string key, bool otherwise) => config.TryGetProperty(key, out var value) ? value.GetBoolean() : otherwise;
        var low = Number("epsilon", 0.2);
        T With<T>(T recipe)
            where T : GroupRecipe => recipe with
            {
                Samples = (int)Number("group_size", 0), Iterations = (int)Number("num_iterations", 1), MaxNewTokens = (int)Number("max_completion_length", 0),
                Temperature = Number("temperature", 1), ClipLow = low, ClipHigh = Number("epsilon_high", low),
            };
        if (name.StartsWith("rloo", StringComparison.Ordinal))
        {
            return GroupAlgorithm.Of(new() { Rloo = With(new RlooRecipe { Beta = Number("beta", 0), Normalise = Flag("normalize_advantages", false) }) });
        }

        var grpo = new GrpoAlgorithm(With(new GrpoRecipe
        {
            Loss = Word("loss_type", ""), Ratio = Word("importance_sampling_level", ""), Scale = Word("scale_rewards", "group"), Beta = Number("beta", 0),
            MaskTruncated = Flag("mask_truncated_completions", false), CispoCap = Number("epsilon_high", 5),
        }));
        return grpo with { Options = grpo.Options with { KlByRatio = Flag("use_bias_correction_kl", true) } };
    }

    /// <summary>Responses and rewards of the file, whatever the policy says.</summary>
    private sealed class GivenRollouts(JsonElement config) : TestRollouts
    {
        private const int End = 2;

        private readonly List<JsonElement[]> groups =
        [
            .. Golden.Read("trajectories/data_rollouts.json").GetProperty("generations").EnumerateArray()
                .SelectMany(generation => generation.EnumerateArray().Chunk(config.GetProperty("group_size").GetInt32())),
        ];

        public IReadOnlyList<int> Lengths => [.. groups.Select(group => group[0].GetProperty("prompt_ids").GetArrayLength())];

        public override IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel) => [.. prompts.Select(prompt =>
        {
            var responses = groups[prompt].Select(row => Ids(row, "completion_ids")).ToList();
            return new Rollout(
                new(Ids(groups[prompt][0], "prompt_ids"), responses), [.. responses.Select(response => response[^1] == End)],
                [.. groups[prompt].Select(row => Clipped(row.GetProperty("reward").GetSingle()))]);
        })];

        private float Clipped(float reward) => config.TryGetProperty("reward_clip_range", out var range) && range.ValueKind == JsonValueKind.Array
            ? Math.Clamp(reward, range[0].GetSingle(), range[1].GetSingle()) : reward;

        private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
    }
}
