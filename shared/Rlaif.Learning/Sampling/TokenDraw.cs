using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Rlaif.Learning.Models;
using TorchSharp;

namespace Rlaif.Learning.Sampling;

/// <summary>Draws the next token of a row from its logits. Everything after the logits is computed in f64.</summary>
/// <remarks>Inverse transform with one random number u for each token: the first id, in ascending order, at which the sum of the kept
/// weights exceeds u times their total. Holds buffers: one per thread.</remarks>
internal sealed class TokenDraw(int vocabulary)
{
    private const int Block = 256;
    private readonly double[] scores = new double[vocabulary];                      // logit - largest logit
    private readonly double[] weights = new double[vocabulary];                     // exp(score / temperature), zero where top-p cuts
    private readonly double[] blocks = new double[(vocabulary + Block - 1) / Block];
    private readonly Nucleus nucleus = new();

    /// <summary>The next token of each row. <paramref name="logits"/>: [rows, vocabulary].</summary>
    public SampledToken[] Next(torch.Tensor logits, IReadOnlyList<ResponseUnderWay> rows)
    {
        using var onHost = logits.cpu();
        var all = MemoryMarshal.Cast<byte, float>(onHost.bytes);
        var tokens = new SampledToken[rows.Count];
        for (var row = 0; row < tokens.Length; row++)
        {
            tokens[row] = Next(all.Slice(row * vocabulary, vocabulary), rows[row].Request, rows[row].Random);
        }

        return tokens;
    }

    /// <summary>The next token. <paramref name="logits"/>: [vocabulary].</summary>
    public SampledToken Next(ReadOnlySpan<float> logits, SamplingRequest request, RandomStream random)
    {
        var best = TensorPrimitives.IndexOfMax(logits);                             // the first of equals, or the first NaN
        CheckLargest(best, logits[best]);
        TensorPrimitives.ConvertTruncating(logits, scores);
        TensorPrimitives.Subtract(scores, (double)logits[best], scores);
        TensorPrimitives.Exp(scores, weights);
        var logTotal = Math.Log(TensorPrimitives.Sum<double>(weights));
        var id = best;
        if (request.Temperature > 0)
        {
            Weigh(request.Temperature, request.TopP);
            id = Pick(random.NextDouble());
        }

        var token = new SampledToken(id, LogProb(id, logTotal), request.TopLogProbs == 0 ? [] : Top(logits, request.TopLogProbs, logTotal));
        return request is { Temperature: 1, TopP: 1 } ? token
            : token with { DrawnLogProb = request.Temperature == 0 ? 0 : (float)Math.Log(weights[id] / TensorPrimitives.Sum<double>(weights)) };
    }

    /// <exception cref="DivergedException">The largest logit of a row is not a number.</exception>
    public static void CheckLargest(int id, float logit)
    {
        if (!float.IsFinite(logit))
        {
            throw new DivergedException(
                $"The model scores token {id} with {logit}: its weights are damaged or its training diverged; use another model.");
        }
    }

    /// <summary>The distribution that a token is drawn from, [vocabulary].</summary>
    public double[] Probabilities(ReadOnlySpan<float> logits, double temperature, double topP)
    {
        TensorPrimitives.ConvertTruncating(logits, scores);
        TensorPrimitives.Subtract(scores, (double)TensorPrimitives.Max(logits), scores);
        TensorPrimitives.Exp(scores, weights);
        Weigh(temperature, topP);
        var total = TensorPrimitives.Sum<double>(weights);
        return [.. weights.Select(w => w / total)];
    }

    // The weights are those of temperature 1 already.
    private void Weigh(double temperature, double topP)
    {
        if (temperature != 1)
        {
            TensorPrimitives.Divide(scores, temperature, weights);
            TensorPrimitives.Exp(weights, weights);
        }

        if (topP < 1)
        {
            nucleus.Keep(weights, topP);
        }
    }

    private int Pick(double random)
    {
        // Sums of blocks are vectorised; only the block that holds the token is walked id by id.
        for (var block = 0; block < blocks.Length; block++)
        {
            blocks[block] = TensorPrimitives.Sum<double>(Within(block));
        }

        var rest = random * TensorPrimitives.Sum<double>(blocks);
        var chosen = 0;
        for (var block = 0; block < blocks.Length; block++)
        {
            if (blocks[block] > 0)
            {
                chosen = block;
                if (rest < blocks[block])
                {
                    break;
                }

                rest -= blocks[block];
            }
        }

        // Rounding may leave a rest beyond the last weight: the last token that has one takes it.
        var last = 0;
        var within = Within(chosen);
        for (var at = 0; at < within.Length && rest >= 0; at++)
        {
            last = within[at] > 0 ? at : last;
            rest -= within[at];
        }

        return (chosen * Block) + last;
    }

    private ReadOnlySpan<double> Within(int block) => weights.AsSpan(block * Block, Math.Min(Block, weights.Length - (block * Block)));

    private float LogProb(int id, double logTotal) => (float)(scores[id] - logTotal);

    private (int Id, float LogProb)[] Top(ReadOnlySpan<float> logits, int count, double logTotal)
    {
        // Insertion into a short sorted list: most tokens fail the first comparison.
        List<int> top = [];
        for (var id = 0; id < logits.Length; id++)
        {
            if (top.Count == count && !(logits[id] > logits[top[^1]]))
            {
                continue;
            }

            var at = top.Count;
            while (at > 0 && logits[id] > logits[top[at - 1]])
            {
                at--;
            }

            top.Insert(at, id);
            if (top.Count > count)
            {
                top.RemoveAt(count);
            }
        }

        return [.. top.Select(id => (id, LogProb(id, logTotal)))];
    }
}
