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

/// <summary>Trainings of TRL whose step is another mean than ours: of CPO's and ORPO's likelihood, over a micro-batch; of bnpo and of the entropy bonus, over rows
/// that TRL has shuffled. Put together from our losses they are theirs, step by step.</summary>
public class TrlFormTests
{
    private static readonly TrainingPair[] Pairs =
    [
        .. Golden.Read("trajectories/data_pairs.json").GetProperty("examples").EnumerateArray()
            .Select(e => new TrainingPair(Ids(e, "prompt_ids"), Ids(e, "chosen_ids"), Ids(e, "rejected_ids"), 1)),
    ];

    [Theory]
    [InlineData("cpo")]
    [InlineData("orpo")]
    [InlineData("reward_margin_centering")]
    [InlineData("grpo_bnpo")]
    [InlineData("grpo_entropy_delta")]
    public Task Every_step_is_that_of_the_reference(string name)
    {
        var golden = Golden.Read($"trajectories/{name}.json");
        var cancel = TestContext.Current.CancellationToken;
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var objective = name switch
            {
                "reward_margin_centering" => Rewards(golden),
                "cpo" or "orpo" => WithLikelihood(name, golden.GetProperty("config").GetProperty("beta").GetDouble()),
                _ => Rows(golden),
            };
            TrajectoryComparison.Follow(golden, objective, Plan(golden), cancel);
        }, cancel);
    }

    private static TrainingPlan Plan(JsonElement golden)
    {
        var config = golden.GetProperty("config");
        double Number(string key) => config.GetProperty(key).GetDouble();
        var (micro, steps, accumulation) = ((int)Number("batch"), (int)Number("steps"), (int)Number("accumulation"));
        int[][] batches = golden.TryGetProperty("micro_batches", out var cut)
            ? [.. cut.EnumerateArray().Chunk(accumulation).Select(window => window.SelectMany(Places).ToArray())]
            : [.. Enumerable.Range(0, steps).Select(step => Enumerable.Range(step * micro * accumulation, micro * accumulation).ToArray())];
        return new(batches, micro, new(Number("lr"), ScheduleKind.Linear, (int)Number("warmup"), steps),
            new(Beta2: Number("beta2"), WeightDecay: Number("weight_decay")), Number("max_grad_norm"));
    }

    private static GivenObjective WithLikelihood(string name, double beta)
    {
        var policy = ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: true);
        return new(policy.Weights, [$"{name}/loss", $"{name}/accuracy", $"{name}/margin"], (examples, window) =>
        {
            TrainingPair[] part = [.. examples.Select(i => Pairs[i])];
            var (sums, lengths, labels) = (PairFigures.LogProbs(policy, part), PairFigures.Lengths(part), PairFigures.Preferences(part));
            var perToken = new PairLogProbs(sums.Chosen / lengths.Chosen, sums.Rejected / lengths.Rejected);
            var (loss, of) = name == "cpo"
                ? (new ReferenceFreeVariant(new() { Cpo = new() { Beta = beta, NllWeight = 0 } }).Of(sums, lengths, labels).PerPair
                    + LikelihoodTerm.PerToken(sums, labels, part.Average(pair => pair.Chosen.Length)), sums)
                : (OrpoLoss.Of(perToken, beta) + WholeText(policy, part), perToken);
            var margins = (beta * (of.Chosen - of.Rejected)).detach();
            return Mean(loss, window, [PairFigures.Agreements(margins, labels), PairFigures.Sum(margins)]);
        }, policy);
    }

    // ORPO's likelihood counts the prompt too.
    private static Tensor WholeText(LanguageModel policy, TrainingPair[] pairs)
    {
        var batch = TokenBatch.Of([.. pairs.Select(pair => new TokenSequence([.. pair.Prompt, .. pair.Chosen], [.. Enumerable.Repeat(true, pair.Prompt.Length + pair.Chosen.Length)]))]);
        return -batch.Asked.LogProbs(policy, batch.Hidden(policy)).mean();
    }

    private static GivenObjective Rewards(JsonElement golden)
    {
        var model = ModelFolder.ReadRewardModel(Fixtures.Path("trajectories/base_reward"), trainable: true);
        float[] margins = [.. golden.GetProperty("margins").Flatten().Select(m => (float)m)];
        var centring = golden.GetProperty("config").GetProperty("center_rewards_coefficient").GetDouble();
        return new(model.Weights, ["reward_model/loss", "reward_model/accuracy", "reward_model/margin"], (examples, window) =>
        {
            TrainingPair[] part = [.. examples.Select(i => Pairs[i])];
            var batch = PairBatch.ForRewards(part);
            var rewards = model.Rewards(batch.Hidden(model.Body).index_select(0, batch.Last));
            var labels = PairFigures.Preferences(part);
            var (loss, differences) = BradleyTerryLoss.Of(
                rewards[..part.Length], rewards[part.Length..], labels, tensor(examples.Select(i => margins[i]).ToArray()), centring);
            return Mean(loss, window, [PairFigures.Agreements(differences, labels), PairFigures.Sum(differences)]);
        }, model);
    }

    private static LossPart Mean(Tensor loss, LossWindow window, double[] figures) =>
        new(loss.sum() / window.Count, [PairFigures.Sum(loss) / window.Count, .. figures.Select(figure => figure / window.Count)]);

    /// <summary>An example is a row of a micro-batch of the file.</summary>
    private static GivenObjective Rows(JsonElement golden)
    {
        var policy = ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: true);
        TrajectoryComparison.Put(policy, Fixtures.Path("trajectories/dpo.initial_policy.safetensors"));
        var config = golden.GetProperty("config");
        double Number(string key, double otherwise) => config.TryGetProperty(key, out var value) ? value.GetDouble() : otherwise;
        var options = new GrpoOptions
        {
            Variant = Enum.Parse<GrpoVariant>(config.GetProperty("loss_type").GetString()!, ignoreCase: true), Clip = new(0.2, Number("epsilon_high", 0.2)),
            RatioCap = config.TryGetProperty("delta", out var delta) ? delta.GetDouble() : null, EntropyWeight = Number("entropy_coef", 0),
        };
        var given = golden.GetProperty("micro_batches").EnumerateArray().SelectMany(micro => Places(micro).Select((place, row) => (place, micro, row)))
            .DistinctBy(one => one.place).ToDictionary(one => one.place, one => (one.micro, one.row));
        var generations = Golden.Read("trajectories/data_rollouts.json").GetProperty("generations");
        return new(policy.Weights, ["grpo/loss"], (examples, window) =>
        {
            ResponseGroup[] groups = [.. examples.Select(i => generations[i / Rollout][i % Rollout]).Select(row => new ResponseGroup(Ids(row, "prompt_ids"), [Ids(row, "completion_ids")]))];
            var (batch, places) = (GroupBatch.ForLogProbs(groups), ResponseTokens.Of(groups));
            var logits = batch.Asked.Logits(policy, batch.Hidden(policy));
            Tensor Given(string name) => tensor(examples.Select(i => given[i]).SelectMany(one => one.micro.GetProperty(name)[one.row].Flatten()).Select(value => (float)value).ToArray());
            var old = Given("old_per_token_logps").view(examples.Count, -1)[.., ..(int)places.Mask.shape[1]];
            var result = GrpoLoss.Of(
                new(places.Rows(TokenDistribution.LogProbs(logits, batch.Asked.Targets)), old, Given("advantages"), places.Mask) { Entropy = places.Rows(TokenDistribution.Entropy(logits)) },
                options, new(window.Count, given[examples[0]].micro.GetProperty("num_items_in_batch").GetDouble(), Number("max_completion_length", 0)));
            return new(result.Loss, [result.Loss.item<float>()]);
        }, policy);
    }

    private const int Rollout = 8;

    private static IEnumerable<int> Places(JsonElement micro) =>
        micro.GetProperty("rows").EnumerateArray().Select(row => (micro.GetProperty("generation").GetInt32() * Rollout) + row.GetInt32());

    private static int[] Ids(JsonElement example, string name) => [.. example.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
