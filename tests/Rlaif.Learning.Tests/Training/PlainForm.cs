using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Losses of <see cref="TinyTraining"/>'s algorithms in which every response stands behind a prompt of its own, one row each.</summary>
/// <param name="Weights">Those of <see cref="IObjective.Weights"/>.</param>
/// <param name="Loss">Of all examples.</param>
internal sealed record PlainForm(IReadOnlyList<NamedWeight> Weights, Tensor Loss)
{
    public static PlainForm Of(TinyTraining tiny, string algorithm) => algorithm switch
    {
        _ when TinyTraining.Groups.Contains(algorithm) => OfGroups(tiny, TinyTraining.Online(algorithm)),
        "ppo" => OfPpo(tiny),
        "reward-model" => OfRewards(tiny),
        _ => OfPairs(tiny, algorithm),
    };

    private static PlainForm OfPairs(TinyTraining tiny, string algorithm)
    {
        var policy = ModelFolder.ReadModel(tiny.Start, trainable: true);
        var batch = TokenBatch.Of([.. tiny.Pairs.Select(p => TokenSequence.Of(p.Prompt, p.Chosen)), .. tiny.Pairs.Select(p => TokenSequence.Of(p.Prompt, p.Rejected))]);
        var (logProbs, squares) = batch.Asked.WithSquares(policy, batch.Hidden(policy));
        var tokens = new PairTokens(logProbs, batch.Asked.Sequences, [.. tiny.Pairs.Select(p => (p.Chosen.Length, p.Rejected.Length))]) { LogSumsOfSquares = squares };
        var labels = PairFigures.Preferences(tiny.Pairs);
        if (algorithm is "simpo" or "cpo" or "orpo")
        {
            return new(policy.Weights, new ReferenceFreeVariant(TinyTraining.ReferenceFree(algorithm)).Of(tokens.Sums(logProbs), tokens.LengthTensors, labels).PerPair.mean());
        }

        var perPair = tiny.Pairs.Average(p => (p.Preference * p.Chosen.Length) + ((1 - p.Preference) * p.Rejected.Length));
        var before = new PairLogProbs(tensor(tiny.FarReference.Chosen), tensor(tiny.FarReference.Rejected));
        return new(policy.Weights, new TokenVariant(algorithm == "dpo" ? null : TinyTraining.Tokens, beta: 0.1).Of(tokens, before, labels, perPair).PerPair.mean());
    }

    private static PlainForm OfRewards(TinyTraining tiny)
    {
        var model = tiny.RewardModelWithHead();
        int[][] texts = [.. tiny.Pairs.Select(p => (int[])[.. p.Prompt, .. p.Chosen]), .. tiny.Pairs.Select(p => (int[])[.. p.Prompt, .. p.Rejected])];
        var rewards = model.Rewards(TokenBatch.Padded(texts, texts.Max(t => t.Length)), tensor(texts.Select(t => t.Length - 1L).ToArray()));
        var pairs = tiny.Pairs.Count;
        return new(model.Weights, BradleyTerryLoss.Of(rewards[..pairs], rewards[pairs..], PairFigures.Preferences(tiny.Pairs), centring: 0.01).PerPair.mean());
    }

    private static PlainForm OfGroups(TinyTraining tiny, GroupAlgorithm algorithm)
    {
        var policy = ModelFolder.ReadModel(tiny.Start, trainable: true);
        var sampled = Answers(tiny, policy, algorithm.Recipe, algorithm.Recipe.Samples);
        var made = sampled.Select(rollout => Learnt(rollout, algorithm.Learnt(rollout.Rewards))).ToList();
        var rows = new Responses(made);
        var (now, before) = (rows.LogProbs(policy), rows.LogProbs(TinyTraining.OtherPolicy()));
        var size = made[0].Rewards.Count;
        // What a response is worth goes group by group, rows response by response.
        IReadOnlyList<T> ByGroup<T>(IReadOnlyList<T> byRow) => [.. byRow.Select((_, i) => byRow[((i % size) * made.Count) + (i / size)])];
        IEnumerable<T> ByRow<T>(IReadOnlyList<T> byGroup) => byGroup.Select((_, i) => byGroup[((i % made.Count) * size) + (i / made.Count)]);
        var samples = new GroupSamples(
            tensor(made.SelectMany(rollout => rollout.Rewards).ToArray()), [.. made.SelectMany(rollout => rollout.Group.Responses.Select(response => response.Length))],
            ByGroup(rows.Each(now.detach())), ByGroup(rows.Each(before)))
        {
            Greedy = algorithm.NeedsGreedy ? Greedy(tiny, policy, algorithm.Recipe) : null,
        };
        var worth = ByRow(algorithm.Worth(samples)).ToList();
        var advantages = algorithm.WeighsTokens ? rows.Places(worth) : tensor(worth.Select(one => Assert.Single(one)).ToArray());
        var batch = new GrpoBatch(now, now.detach(), advantages, rows.Mask) { Reference = before };
        var (responses, tokens) = (rows.Mask.shape[0], rows.Mask.sum().ToDouble());
        return new(policy.Weights, algorithm.Loss(batch, new(responses, tokens, responses, algorithm.Recipe.MaxNewTokens)).Loss);
    }

    private static Rollout Learnt(Rollout rollout, IReadOnlyList<int> of) => new(
        rollout.Group with { Responses = [.. of.Select(k => rollout.Group.Responses[k])] }, [.. of.Select(k => rollout.Ended[k])], [.. of.Select(k => rollout.Rewards[k])]);

    private static Tensor Greedy(TinyTraining tiny, LanguageModel policy, OnlineRecipe recipe)
    {
        using var rollouts = tiny.Sampled(recipe, samples: 1);
        return tensor(rollouts.Greedy(policy, [.. Enumerable.Range(0, tiny.Examples.Count)], CancellationToken.None).ToArray());
    }

    private static PlainForm OfPpo(TinyTraining tiny)
    {
        var (policy, recipe, critic) = (ModelFolder.ReadModel(tiny.Start, trainable: true), TinyTraining.Ppo, ModelFolder.ReadRewardModel(tiny.Rewards, trainable: true));
        var rows = new Responses(Answers(tiny, policy, recipe, samples: 1));
        var (now, values) = (rows.LogProbs(policy), rows.Values(critic));
        var estimated = rows.Estimated(now.detach(), values.detach(), recipe);
        var policyLoss = PpoPolicyLoss.Of(now, now.detach(), MaskedStatistics.Whiten(estimated.Advantages, rows.Mask), rows.Mask).Loss;
        var valueLoss = PpoValueLoss.Of(values, values.detach(), estimated.Returns, rows.Mask, recipe.ValueClip).Loss;
        return new([.. policy.Weights, .. critic.Weights], policyLoss + valueLoss - (recipe.EntropyWeight * MaskedStatistics.Mean(rows.Entropies(policy), rows.Mask)));
    }

    /// <summary>-mean A log π: the gradient of REINFORCE with the advantages of PPO's first step.</summary>
    public static PlainForm Reinforce(TinyTraining tiny, PpoRecipe recipe)
    {
        var (policy, critic) = (ModelFolder.ReadModel(tiny.Start, trainable: true), ModelFolder.ReadRewardModel(tiny.Rewards, trainable: false));
        var rows = new Responses(Answers(tiny, policy, recipe, samples: 1));
        var now = rows.LogProbs(policy);
        var advantages = MaskedStatistics.Whiten(rows.Estimated(now.detach(), rows.Values(critic), recipe).Advantages, rows.Mask);
        return new(policy.Weights, -MaskedStatistics.Mean(advantages * now, rows.Mask));
    }

    private static IReadOnlyList<Rollout> Answers(TinyTraining tiny, LanguageModel policy, OnlineRecipe recipe, int samples)
    {
        using var rollouts = tiny.Sampled(recipe, samples);
        return rollouts.Of(policy, 0, [.. Enumerable.Range(0, tiny.Examples.Count)], CancellationToken.None);
    }

    /// <summary>Responses as rows of a padded batch, [rows, time].</summary>
    private sealed class Responses
    {
        private readonly IReadOnlyList<Rollout> made;
        private readonly TokenBatch batch;
        private readonly ResponseTokens places;

        public Responses(IReadOnlyList<Rollout> made)
        {
            this.made = made;
            ResponseGroup[] groups = [.. made.Select(rollout => rollout.Group)];
            places = ResponseTokens.Of(groups);
            batch = TokenBatch.Of([.. ResponseTokens.InOrder(groups, group => (IReadOnlyList<TokenSequence>)[.. group.Responses.Select(response => TokenSequence.Of(group.Prompt, response))])]);
        }

        public Tensor Mask => places.Mask;

        public float[][] Each(Tensor values) => places.Each(values);

        public Tensor Places(IEnumerable<float[]> values) => places.Rows(tensor(values.SelectMany(of => of).ToArray()));

        public Tensor LogProbs(LanguageModel model) => places.Rows(batch.Asked.LogProbs(model, batch.Hidden(model)));

        public Tensor Entropies(LanguageModel model) => places.Rows(TokenDistribution.Entropy(batch.Asked.Logits(model, batch.Hidden(model))));

        public Tensor Values(RewardModel critic) => places.Rows(critic.Rewards(batch.Hidden(critic.Body).index_select(0, batch.Asked.Rows)));

        public TokenAdvantages Estimated(Tensor now, Tensor values, PpoRecipe recipe)
        {
            var kl = KlEstimator.Of(KlKind.K1, now, LogProbs(TinyTraining.OtherPolicy()), Mask);
            var rewards = RewardShaping.Rewards(tensor(made.Select(rollout => rollout.Rewards[0]).ToArray()), kl, Mask, recipe.Beta);
            return GeneralisedAdvantage.Of(rewards, values, Mask, recipe.Gamma, recipe.Lambda);
        }
    }
}
