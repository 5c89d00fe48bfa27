using System.Text.Json;
using Rlaif.Learning.Adapters;
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

/// <summary>Whole trainings of TRL, step by step: the loop, not only its parts, is theirs.</summary>
public class TrajectoryTests
{
    [Theory]
    [InlineData("sft")]
    [InlineData("sft_lora")]
    [InlineData("sft_label_smoothing")]
    [InlineData("sft_packed")]
    [InlineData("dpo_sigmoid")]
    [InlineData("dpo_sigmoid_norm")]
    [InlineData("dpo_robust")]
    [InlineData("dpo_hinge")]
    [InlineData("dpo_ipo")]
    [InlineData("dpo_exo_pair")]
    [InlineData("dpo_nca_pair")]
    [InlineData("dpo_bco_pair")]
    [InlineData("dpo_sppo_hard")]
    [InlineData("dpo_aot")]
    [InlineData("dpo_aot_unpaired")]
    [InlineData("dpo_apo_zero")]
    [InlineData("dpo_apo_down")]
    [InlineData("dpo_discopop")]
    [InlineData("dpo_forward_kl")]
    [InlineData("dpo_js")]
    [InlineData("dpo_sigmoid_sft")]
    [InlineData("dpo_ld")]
    [InlineData("dpo_wpo")]
    [InlineData("kto")]
    [InlineData("kto_apo_zero_unpaired")]
    [InlineData("simpo")]
    [InlineData("ours_dpo_soft")]
    [InlineData("reward")]
    [InlineData("ours_reward_soft")]
    public Task Every_step_and_the_final_weights_are_those_of_the_reference(string name)
    {
        var golden = Golden.Read($"trajectories/{name}.json");
        var cancel = TestContext.Current.CancellationToken;
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var objective = new TrlWindow(Objective(name, golden));
            TrajectoryComparison.Follow(golden, objective, Plan(golden), cancel);
        }, cancel);
    }

    private static TrainingPlan Plan(JsonElement golden)
    {
        var config = golden.GetProperty("config");
        double Number(string key) => config.GetProperty(key).GetDouble();
        var (micro, steps) = ((int)Number("batch"), (int)Number("steps"));
        var batch = micro * (int)Number("accumulation");
        var batches = golden.TryGetProperty("micro_batches", out var packs) ? PackedSteps([.. packs.EnumerateArray()], batch)
            : [.. Enumerable.Range(0, steps).Select(step => Enumerable.Range(step * batch, batch).ToArray())];
        return new(batches, micro, new(Number("lr"), ScheduleKind.Linear, (int)Number("warmup"), steps),
            new(Beta2: Number("beta2"), WeightDecay: Number("weight_decay")), Number("max_grad_norm"));
    }

    private static IObjective Objective(string name, JsonElement golden)
    {
        var probabilities = golden.TryGetProperty("chosen_probability", out var given) ? given.Flatten().ToArray() : null;
        var pairs = Golden.Read("trajectories/data_pairs.json").GetProperty("examples").EnumerateArray().Select((e, i) =>
            new TrainingPair(Ids(e, "prompt_ids"), Ids(e, "chosen_ids"), Ids(e, "rejected_ids"), probabilities?[i] ?? 1)).ToArray();
        var config = golden.GetProperty("config");
        if (name.Contains("reward"))
        {
            var centring = config.GetProperty("center_rewards_coefficient");
            var model = ModelFolder.ReadRewardModel(Fixtures.Path("trajectories/base_reward"), trainable: true);
            return new RewardModelObjective(model, pairs, new(new() { Centring = centring.ValueKind == JsonValueKind.Null ? 0 : centring.GetDouble() }, tied: 0));
        }

        var policy = ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: true);
        if (name == "sft_packed")
        {
            return new SftObjective(policy, [.. golden.GetProperty("micro_batches").EnumerateArray().SelectMany(Packed)]);
        }

        if (name.StartsWith("sft", StringComparison.Ordinal))
        {
            policy = config.TryGetProperty("lora", out var lora) ? Under(policy, lora) : policy;
            double? smoothing = config.TryGetProperty("label_smoothing_factor", out var factor) ? factor.GetDouble() : null;
            return new SftObjective(policy, [.. pairs.Select(p => TokenSequence.Of(p.Prompt, p.Chosen))], new() { LabelSmoothing = smoothing });
        }

        if (name == "simpo")
        {
            var recipe = new OptimizationRecipe { Simpo = new() { Beta = config.GetProperty("beta").GetDouble(), Gamma = config.GetProperty("simpo_gamma").GetDouble() } };
            return new ReferenceFreeObjective(name, policy, pairs, new(recipe));
        }

        var beta = config.GetProperty("beta").GetDouble();
        if (name.StartsWith("kto", StringComparison.Ordinal))
        {
            TrajectoryComparison.Put(policy, Fixtures.Path("trajectories/dpo.initial_policy.safetensors"));
            return Kto(golden.GetProperty("effective_arguments"), policy);
        }

        var loss = config.TryGetProperty("loss_type", out var named) ? named : default;
        var variant = loss.ValueKind == JsonValueKind.Array
            ? TrlNames.Mixture([.. loss.EnumerateArray().Select(one => one.GetString()!).Zip(config.GetProperty("loss_weights").Flatten())], config)
            : TrlNames.Variant(loss.ValueKind == JsonValueKind.String ? loss.GetString()! : "sigmoid", config);
        TrajectoryComparison.Put(policy, Fixtures.Path("trajectories/dpo.initial_policy.safetensors"));
        var work = Directory.CreateTempSubdirectory("rlaif").FullName;
        var reference = ReferenceLogProbs.Of(() => ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: false), pairs, work, "this", CancellationToken.None, variant.LdAlpha);
        Directory.Delete(work, recursive: true);
        if (golden.TryGetProperty("reference_chosen_logps", out var expected))
        {
            Golden.Close([.. expected.Flatten()], [.. reference.Chosen.Select(l => (double)l)], 2e-6, "reference of chosen");
            expected = golden.GetProperty("reference_rejected_logps");
            Golden.Close([.. expected.Flatten()], [.. reference.Rejected.Select(l => (double)l)], 2e-6, "reference of rejected");
        }

        return new DpoObjective(policy, pairs, reference, new(variant, beta));
    }

    private static LanguageModel Under(LanguageModel policy, JsonElement lora)
    {
        var config = new AdapterConfig
        {
            Rank = lora.GetProperty("r").GetInt32(), Alpha = lora.GetProperty("alpha").GetDouble(),
            Targets = new([.. lora.GetProperty("target_modules").EnumerateArray().Select(module => module.GetString()!)]),
        };
        using var initial = Safetensors.Read(Fixtures.Path("trajectories/" + lora.GetProperty("initial").GetString()!.Split(' ')[0]));
        var adapter = new AdapterTensors("the fixture", initial.Tensors).Fit(config, policy.Weights, tied: false);
        foreach (var weight in adapter.Weights)
        {
            weight.Value.requires_grad = true;
        }

        return policy.With(adapter);
    }

    /// <summary>The sequences of a row that TRL has packed, each on its own: a packed row is to be what they are alone.</summary>
    private static IEnumerable<TokenSequence> Packed(JsonElement row)
    {
        var (ids, labels) = (Ids(row.GetProperty("input_ids")), Ids(row.GetProperty("labels")));
        var borders = row.GetProperty("cu_seq_lens_q").EnumerateArray().Select(at => at.GetInt32()).ToList();
        return borders.Zip(borders.Skip(1), (from, to) => new TokenSequence(ids[from..to], [.. labels[from..to].Select(label => label >= 0)]));
    }

    private static int[][] PackedSteps(JsonElement[] packs, int batch)
    {
        var step = packs.SelectMany((pack, row) => Packed(pack).Select(_ => row / batch)).ToList();
        return [.. step.Select((of, sequence) => (of, sequence)).GroupBy(one => one.of, one => one.sequence).Select(of => of.ToArray())];
    }

    private static int[] Ids(JsonElement row) => [.. row.Flatten().Select(id => (int)id)];

    // Both trainings have the examples that the first one's file lists.
    private static KtoObjective Kto(JsonElement settings, LanguageModel policy)
    {
        JudgedResponse[] responses = [.. Golden.Read("trajectories/kto.json").GetProperty("examples").EnumerateArray().Select(e =>
            new JudgedResponse(Ids(e, "prompt_ids"), Ids(e, "completion_ids"), e.GetProperty("label").GetBoolean() ? 1 : 0, Ids(e, "KL_completion_ids")))];
        var work = Directory.CreateTempSubdirectory("rlaif").FullName;
        var reference = ReferenceLogProbs.Of(() => ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: false), KtoObjective.Pairs(responses), work, "this", CancellationToken.None);
        Directory.Delete(work, recursive: true);
        return new(policy, responses, reference, TrlNames.Kto(settings.GetProperty("loss_type").GetString()!, settings, "_weight"));
    }

    private static int[] Ids(JsonElement example, string name) => [.. example.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
