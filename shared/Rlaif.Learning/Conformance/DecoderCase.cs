using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>A small decoder of random weights: log-probabilities of responses, and the gradient of a weighted sum of them to every weight, in each of the
/// product's ways to compute them.</summary>
internal sealed class DecoderCase(string name, ModelConfig config, ulong seed)
{
    public static readonly ModelConfig Llama = new()
    {
        Architecture = "llama", HiddenSize = 8, Layers = 2, Heads = 2, KeyValueHeads = 1, HeadDim = 4, FeedForward = 12, Vocabulary = 13, MaxPositions = 32,
    };

    private const double Difference = 1e-5;

    private static readonly ResponseGroup[] Groups =
    [
        new([1, 5, 2], [[3, 4, 4, 12], [7], [0, 8]]), new([6], [[9, 1], [2, 2, 2], [11, 10, 3, 5]]),
    ];

    private readonly Lazy<(double[] LogProbs, double[][] Gradients)> expected = new(() => Expect(config, seed));

    public static IEnumerable<DecoderCase> All =>
    [
        new("llama, tied", Llama with { TiedEmbeddings = true }, seed: 1), new("qwen2", Llama with { Architecture = "qwen2", AttentionBias = true }, seed: 2),
        new("qwen3", Llama with { Architecture = "qwen3", QueryKeyNorm = true }, seed: 3),
    ];

    /// <summary>What the product's ways are called, and how far each is from the oracle.</summary>
    public IEnumerable<(string Name, Func<double> Error)> Ways =>
    [
        ($"{name}, padded rows", () => Error(Padded)), ($"{name}, packed groups", () => Error(Packed)), ($"{name}, sampled as on a CPU", () => Sampled(asOnCard: false)), ($"{name}, sampled as on a card", () => Sampled(asOnCard: true)),
    ];

    private static IEnumerable<(int[] Prompt, int[] Response)> Texts => Enumerable.Range(0, Groups[0].Responses.Count).SelectMany(k => Groups.Select(g => (g.Prompt, g.Responses[k])));

    private static double[] Cotangent(int count, ulong seed)
    {
        var random = new RandomStream(seed, 1);
        return Plain.Each(count, _ => (float)(0.5 + random.NextDouble()));
    }

    private static double[][] Values(ModelConfig config, ulong seed)
    {
        var random = new RandomStream(seed, 0);
        return [.. WeightShape.Of(config).Select(weight => Plain.Each((int)weight.Shape.Aggregate(1L, (a, b) => a * b), _ =>
            (float)(weight.Name.Contains("norm", StringComparison.Ordinal) ? 1 + (0.2 * random.NextNormal()) : 0.4 * random.NextNormal())))];
    }

    private static (double[], double[][]) Expect(ModelConfig config, ulong seed)
    {
        var values = Values(config, seed);
        var places = WeightShape.Of(config).Select((weight, i) => (weight.Name, i)).ToDictionary(one => one.Name, one => one.i, StringComparer.Ordinal);
        var oracle = new DecoderOracle(config, of => values[places[of]]);
        double[] LogProbs() => [.. Texts.SelectMany(text => oracle.LogProbs(text.Prompt, text.Response))];
        var logProbs = LogProbs();
        var cotangent = Cotangent(logProbs.Length, seed);
        var gradients = values.Select(weight => Plain.Each(weight.Length, at =>
        {
            var kept = weight[at];
            double At(double by)
            {
                weight[at] = kept + by;
                return LogProbs().Zip(cotangent, (value, factor) => value * factor).Sum();
            }

            var slope = (At(Difference) - At(-Difference)) / (2 * Difference);
            weight[at] = kept;
            return slope;
        })).ToArray();
        return (logProbs, gradients);
    }

    private LanguageModel Model(bool trainable) => new(config,
    [
        .. WeightShape.Of(config).Zip(Values(config, seed), (weight, values) =>
            new NamedWeight(weight.Name, LanguageModel.OwnParameter(TensorDevice.Weight([.. values.Select(v => (float)v)], weight.Shape), trainable))),
    ]);

    private double Error(Func<LanguageModel, Tensor> ours)
    {
        using var scope = NewDisposeScope();
        using var model = Model(trainable: true);
        var logProbs = ours(model);
        var (values, gradients) = expected.Value;
        BackwardPass.Run((logProbs * tensor([.. Cotangent(values.Length, seed).Select(w => (float)w)])).sum());
        return gradients.Zip(model.Weights, (gradient, weight) => Deviation.Of(gradient, weight.Value.grad)).Append(Deviation.Of(values, logProbs)).Max();
    }

    private static Tensor Padded(LanguageModel model)
    {
        var batch = TokenBatch.Of([.. Texts.Select(text => TokenSequence.Of(text.Prompt, text.Response))]);
        return batch.Asked.LogProbs(model, batch.Hidden(model));
    }

    private static Tensor Packed(LanguageModel model)
    {
        var batch = GroupBatch.ForLogProbs(Groups);
        return batch.Asked.LogProbs(model, batch.Hidden(model));
    }

    // What was sampled is no choice of ours: the oracle is asked for it.
    private double Sampled(bool asOnCard)
    {
        using var scope = NewDisposeScope();
        using var model = Model(trainable: false);
        using var still = no_grad();
        var values = Values(config, seed);
        var places = WeightShape.Of(config).Select((weight, i) => (weight.Name, i)).ToDictionary(one => one.Name, one => one.i, StringComparer.Ordinal);
        var oracle = new DecoderOracle(config, of => values[places[of]]);
        SamplingRequest[] requests = [.. Groups.SelectMany((group, i) => Enumerable.Range(0, 2).Select(k => new SamplingRequest(group.Prompt, 1, 1, 6, seed, (ulong)((2 * i) + k), [])))];
        var sampled = Sampler.Sample(model, requests, asOnCard, null, CancellationToken.None);
        return requests.Zip(sampled, (request, response) => Deviation.Of(
            oracle.LogProbs(request.Prompt, [.. response.Tokens.Select(token => token.Id)]), [.. response.Tokens.Select(token => (double)token.LogProb)])).Max();
    }
}
