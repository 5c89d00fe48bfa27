using System.Text.Json;
using Rlaif.Learning.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class TokenVariantTests
{
    [Fact]
    public void Losses_and_gradients_of_every_token_equal_the_reference()
    {
        var file = Golden.Read("losses/dpo_tokens.json");
        var cases = file.GetProperty("cases").EnumerateArray().ToArray();
        Assert.True(cases.Length >= 12);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var batch = new Batch(file.GetProperty("inputs"), golden, ScalarType.Float64);
            var loss = batch.Loss();
            loss.PerPair.mean().backward();
            Golden.Close(golden.GetProperty("per_example"), batch.AsTrl(loss.PerPair), 1e-9, name);
            Golden.Close(golden.GetProperty("mean"), loss.PerPair.mean(), 1e-9, name + " mean");
            Golden.Close(golden.GetProperty("gradients").GetProperty("policy_logps"), batch.Gradient, 1e-9, name + " gradient");
            foreach (var (key, ratio) in new[] { ("chosen", loss.Ratios.Chosen), ("rejected", loss.Ratios.Rejected) })
            {
                var expected = golden.GetProperty($"policy_{key}_logps").Tensor(ScalarType.Float64) - golden.GetProperty($"ref_{key}_logps").Tensor(ScalarType.Float64);
                Golden.Close(expected.Doubles(), ratio.Doubles(), 1e-9, $"{name} log-ratio of {key}");
            }
        }
    }

    /// <summary>On inputs that both types hold.</summary>
    [Fact]
    public void In_float32_they_are_what_they_are_in_float64()
    {
        var file = Golden.Read("losses/dpo_tokens.json");
        foreach (var golden in file.GetProperty("cases").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var batches = new[] { ScalarType.Float64, ScalarType.Float32 }.Select(type => new Batch(file.GetProperty("inputs"), golden, type, rounded: true)).ToArray();
            var losses = batches.Select(batch => batch.Loss().PerPair).ToArray();
            Assert.All(losses, loss => loss.mean().backward());
            Golden.Close(losses[0].Doubles(), losses[1].Doubles(), 2e-6, name);
            Golden.Close(batches[0].Gradient.Doubles(), batches[1].Gradient.Doubles(), 2e-6, name + " gradient");
        }
    }

    [Fact]
    public void The_mean_over_tokens_and_the_mean_over_responses_weigh_a_long_response_differently()
    {
        // Chosen responses of 1 and 3 tokens at 2 and 1 nats each: (2 + 3) / 4 tokens = 1.25, (2 + 1) / 2 responses = 1.5.
        using var scope = NewDisposeScope();
        var (sums, certain) = (new PairLogProbs(tensor([-2.0, -3.0]), tensor([-9.0, -9.0])), ones(2, float64));
        Golden.Close([1.25], LikelihoodTerm.PerToken(sums, certain, tokensPerPair: 2).mean().Doubles(), 1e-12, "per token");
        Golden.Close([1.5], LikelihoodTerm.PerSequence(sums, new(tensor([1.0, 3.0]), tensor([4.0, 4.0])), certain).mean().Doubles(), 1e-12, "per response");
    }

    [Fact]
    public void Tokens_beyond_the_shorter_response_count_alpha()
    {
        // Three tokens against one, α 0.25: -1 - 0.25 (2 + 3) = -2.25. The shorter one keeps its sum.
        using var scope = NewDisposeScope();
        var tokens = new PairTokens(tensor([-1.0, -2.0, -3.0, -4.0]), tensor([0L, 0, 0, 1]), [(3, 1)]);
        var sums = LengthDesensitisation.Sums(tokens, alpha: 0.25);
        Assert.Equal((-2.25, -4.0), (sums.Chosen.ToDouble(), sums.Rejected.ToDouble()));
    }

    [Fact]
    public void A_pair_weighs_one_where_each_token_is_as_likely_as_a_sampled_one_is_on_average()
    {
        // Four equal tokens: log Σ π² = log (4 / 16) = log 1/4, which is every token's log-probability.
        using var scope = NewDisposeScope();
        var logits = full(2, 4, 3.0, float64).requires_grad_();
        var squares = OnPolicyWeight.LogSumOfSquares(logits);
        Golden.Close([Math.Log(0.25), Math.Log(0.25)], squares.Doubles(), 1e-12, "log of the sum of squares");
        Assert.False(squares.requires_grad);
        var u = (tensor([Math.Log(0.25)]) - squares[..1]).requires_grad_();
        var weight = OnPolicyWeight.Of(new(u, u));
        Golden.Close([1], weight.Doubles(), 1e-12, "weight");
        Assert.False(weight.requires_grad);
    }

    [Fact]
    public void A_pair_and_its_mirror_with_the_mirrored_label_have_one_loss()
    {
        using var scope = NewDisposeScope();
        PairTokens Tokens(params double[] logProbs) => new(tensor(logProbs), tensor([0L, 0, 1]), [(2, 1)]) { LogSumsOfSquares = tensor([-0.5, -0.25, -0.125]) };
        var mirrored = new PairTokens(tensor([-4.0, -1.0, -2.0]), tensor([0L, 1, 1]), [(1, 2)]) { LogSumsOfSquares = tensor([-0.125, -0.5, -0.25]) };
        var variant = new TokenVariant(
            new() { Mixture = new Dictionary<string, double> { ["hinge"] = 0.5, ["sft"] = 0.7, ["sftPerSequence"] = 0.2 }, LdAlpha = 0.3, Wpo = true }, beta: 0.1);
        var reference = new PairLogProbs(tensor([-3.0]), tensor([-3.5]));
        var loss = variant.Of(Tokens(-1, -2, -4), reference, tensor([0.7]), tokensPerPair: 1.7);
        var other = variant.Of(mirrored, new(reference.Rejected, reference.Chosen), tensor([0.3]), tokensPerPair: 1.7);
        Golden.Close(loss.PerPair.Doubles(), other.PerPair.Doubles(), 1e-12, "loss");
    }

    /// <summary>One case of the file: a matrix with a mask there, tokens one after the other here.</summary>
    private sealed class Batch
    {
        private readonly JsonElement golden;
        private readonly Tensor mask;
        private readonly Tensor logProbs;
        private readonly Tensor reference;
        private readonly Tensor squares;

        public Batch(JsonElement inputs, JsonElement golden, ScalarType type, bool rounded = false)
        {
            Tensor Input(string of) => inputs.GetProperty(of).Tensor(rounded ? ScalarType.Float32 : type).to_type(type);
            this.golden = golden;
            mask = Input("mask").ne(0);
            (logProbs, reference, squares) = (Input("policy_logps").requires_grad_(), Input("ref_logps"), Input("log_sum_squared_probs"));
        }

        public Tensor Gradient => logProbs.grad!;

        private bool HasSft => Types.Contains("sft", StringComparer.Ordinal);

        private string[] Types => [.. golden.GetProperty("loss_types").EnumerateArray().Select(name => name.GetString()!)];

        public TokenLoss Loss() => Loss(Types);

        // TRL gives the batch's one likelihood to every pair, ours is each pair's own: the mean is the same.
        public Tensor AsTrl(Tensor perPair)
        {
            if (!HasSft)
            {
                return perPair;
            }

            var own = Loss(["sft"]).PerPair;
            return perPair - own + own.mean();
        }

        private TokenLoss Loss(string[] types)
        {
            var hyper = golden.GetProperty("hyper");
            var weights = golden.GetProperty("loss_weights").Flatten().Zip(Types).Where(pair => types.Contains(pair.Second)).Select(pair => pair.First);
            var recipe = TrlNames.Mixture([.. types.Zip(weights)], hyper) with { Wpo = golden.GetProperty("use_weighting").GetBoolean() };
            var pairs = (int)mask.shape[0] / 2;
            var lengths = mask.sum(1).data<long>().ToArray();
            var policy = Tokens(logProbs, lengths) with { LogSumsOfSquares = squares[mask] };
            var before = LengthDesensitisation.Sums(Tokens(reference, lengths), recipe.LdAlpha);
            return new TokenVariant(recipe, hyper.GetProperty("beta").GetDouble())
                .Of(policy, before, ones(pairs, logProbs.dtype), lengths.Take(pairs).Average());
        }

        private PairTokens Tokens(Tensor matrix, long[] lengths) => new(
            matrix[mask], tensor([.. lengths.SelectMany((length, row) => Enumerable.Repeat((long)row, (int)length))]),
            [.. lengths.Take(lengths.Length / 2).Zip(lengths.Skip(lengths.Length / 2), (c, r) => ((int)c, (int)r))]);
    }
}
