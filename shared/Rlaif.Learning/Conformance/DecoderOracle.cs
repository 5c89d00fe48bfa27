using Rlaif.Learning.Models;
using static Rlaif.Learning.Conformance.Plain;

namespace Rlaif.Learning.Conformance;

/// <summary>A decoder, one sequence at a time, token by token: no batch, no padding, no packing, no cache.</summary>
/// <param name="weight">Values of a weight by its Hugging Face name, row by row.</param>
internal sealed class DecoderOracle(ModelConfig config, Func<string, double[]> weight)
{
    private int Half => config.HeadDim / 2;

    /// <summary>log p of every token of the response, nats.</summary>
    public double[] LogProbs(int[] prompt, int[] response)
    {
        int[] ids = [.. prompt, .. response];
        var states = States(ids[..^1]);
        var head = weight(config.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
        return Each(response.Length, t =>
            LogSoftmax(Product(states[prompt.Length + t - 1], head), 0, config.Vocabulary)[response[t]]);
    }

    private double[][] States(int[] ids)
    {
        var embedding = weight("model.embed_tokens.weight");
        var x = Array.ConvertAll(ids, id => embedding[(id * config.HiddenSize)..((id + 1) * config.HiddenSize)]);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            x = Layer(x, name => weight($"model.layers.{layer}.{name}"));
        }

        return Array.ConvertAll(x, state => Normed(state, weight("model.norm.weight")));
    }

    private double[][] Layer(double[][] x, Func<string, double[]> of)
    {
        var normed = Array.ConvertAll(x, state => Normed(state, of("input_layernorm.weight")));
        double[][] Projected(string name) => Array.ConvertAll(
            normed, state => Sum(Product(state, of($"self_attn.{name}.weight")), config.AttentionBias ? of($"self_attn.{name}.bias") : null));
        var (queries, keys, values) = (Projected("q_proj"), Projected("k_proj"), Projected("v_proj"));
        var mixed = Array.ConvertAll(x, _ => new double[config.Heads * config.HeadDim]);
        for (var head = 0; head < config.Heads; head++)
        {
            Attend(head, queries, keys, values, mixed, of);
        }

        var after = x.Zip(mixed, (state, heads) => Sum(state, Product(heads, of("self_attn.o_proj.weight")))).ToArray();
        return Array.ConvertAll(after, state =>
        {
            var inner = Normed(state, of("post_attention_layernorm.weight"));
            var (gate, up) = (Product(inner, of("mlp.gate_proj.weight")), Product(inner, of("mlp.up_proj.weight")));
            return Sum(state, Product(Each(gate.Length, i => gate[i] * Sigmoid(gate[i]) * up[i]), of("mlp.down_proj.weight")));
        });
    }

    private void Attend(int head, double[][] queries, double[][] keys, double[][] values, double[][] mixed, Func<string, double[]> of)
    {
        var width = config.HeadDim;
        var group = head / (config.Heads / config.KeyValueHeads);
        double[] Head(double[] all, int index) => all[(index * width)..((index + 1) * width)];
        double[] Placed(double[] all, int index, string norm, int time) =>
            Turned(config.QueryKeyNorm ? Normed(Head(all, index), of($"self_attn.{norm}.weight")) : Head(all, index), time);
        for (var t = 0; t < queries.Length; t++)
        {
            var query = Placed(queries[t], head, "q_norm", t);
            var scores = Each(t + 1, s => query.Zip(Placed(keys[s], group, "k_norm", s), (a, b) => a * b).Sum() / Math.Sqrt(width));
            var weights = LogSoftmax(scores, 0, scores.Length);
            for (var s = 0; s <= t; s++)
            {
                for (var i = 0; i < width; i++)
                {
                    mixed[t][(head * width) + i] += Math.Exp(weights[s]) * values[s][(group * width) + i];
                }
            }
        }
    }

    // The first half of a head turns with the second.
    private double[] Turned(double[] x, int time) => Each(config.HeadDim, i =>
    {
        var angle = time * Math.Pow(config.RopeTheta, -(double)(i % Half) / Half);
        return i < Half ? (x[i] * Math.Cos(angle)) - (x[i + Half] * Math.Sin(angle)) : (x[i] * Math.Cos(angle)) + (x[i - Half] * Math.Sin(angle));
    });

    private double[] Normed(double[] x, double[] scale)
    {
        var root = Math.Sqrt((x.Sum(Square) / x.Length) + config.NormEpsilon);
        return Each(x.Length, i => x[i] / root * scale[i]);
    }

    private static double[] Product(double[] x, double[] matrix) => Each(matrix.Length / x.Length, row =>
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += matrix[(row * x.Length) + i] * x[i];
        }

        return sum;
    });

    private static double[] Sum(double[] a, double[]? b) => b is null ? a : Each(a.Length, i => a[i] + b[i]);
}
