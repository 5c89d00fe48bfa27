using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Sampling;

/// <summary>Draws the next token of all rows at once where their logits lie, and reads back what was drawn: <see cref="TokenDraw"/> for a card,
/// with the same random numbers. Sums are added in another order, so the two differ where a draw falls on the last bits of an f64.</summary>
internal static class TensorDraw
{
    private const int Figures = 5;                                                  // id, log-probability, that of the draw, likeliest id, its logit

    /// <summary>The next token of each row. <paramref name="logits"/>: [rows, vocabulary].</summary>
    public static SampledToken[] Next(Tensor logits, IReadOnlyList<ResponseUnderWay> rows)
    {
        using var scope = NewDisposeScope();
        var exact = logits.to(ScalarType.Float64);
        var (largest, best) = exact.max(-1, keepdim: true);
        var scores = exact - largest;
        var weights = scores.exp();                                                 // [rows, vocabulary], zero where top-p cuts
        var logTotal = weights.sum(-1, keepdim: true).log();
        var top = (int)Math.Min(rows.Max(row => row.Request.TopLogProbs), logits.shape[1]);
        var ordered = top > 0 || rows.Any(row => row.Request.TopP < 1) ? logits.sort(-1, descending: true, stable: true).Indices : null;
        var (ids, drawn) = rows.Any(row => row.Request.Temperature > 0) ? Drawn(scores, weights, ordered, best, rows) : (best, null);
        var logProbs = scores.gather(-1, ids) - logTotal;
        List<Tensor> figures = [ids, logProbs, drawn ?? logProbs, best, largest];
        if (top > 0)
        {
            var likeliest = ordered!.narrow(-1, 0, top);
            figures.AddRange([likeliest, scores.gather(-1, likeliest) - logTotal]);
        }

        using var onHost = cat([.. figures.Select(figure => figure.to(ScalarType.Float64))], -1).cpu();
        return Read(MemoryMarshal.Cast<byte, double>(onHost.bytes), rows, top);
    }

    /// <returns>Ids, and their log-probabilities in what they were drawn from, of no meaning at temperature 0; null: those at temperature 1.</returns>
    private static (Tensor Ids, Tensor? LogProbs) Drawn(Tensor scores, Tensor weights, Tensor? ordered, Tensor best, IReadOnlyList<ResponseUnderWay> rows)
    {
        var (random, temperature, topP) = Settings(rows);
        if (rows.Any(row => row.Request.Temperature is not (0 or 1)))
        {
            weights = (scores / temperature).exp();
        }

        if (rows.Any(row => row.Request.TopP < 1))
        {
            var sorted = weights.gather(-1, ordered!);
            var sums = Sums(sorted);
            var kept = sorted.masked_fill(sums - sorted >= topP * sums.narrow(-1, sums.shape[1] - 1, 1), 0);
            weights = zeros_like(weights).scatter_(-1, ordered!, kept);
        }

        var upto = Sums(weights);
        var reached = (upto > random * upto.narrow(-1, upto.shape[1] - 1, 1)).logical_and(weights > 0);
        var first = reached.to(ScalarType.Int8).argmax(-1, keepdim: true);
        // The likeliest one at temperature 0; and if rounding left none that reaches.
        var ids = where(reached.gather(-1, first).logical_and(random >= 0), first, best);
        return (ids, rows.All(row => row.Request is { Temperature: 1, TopP: 1 }) ? null : (weights.gather(-1, ids) / upto.narrow(-1, upto.shape[1] - 1, 1)).log());
    }

    // One upload, each [rows, 1]: random number, negative where none is drawn; temperature; top-p, infinite where nothing is cut.
    private static (Tensor Random, Tensor Temperature, Tensor TopP) Settings(IReadOnlyList<ResponseUnderWay> rows)
    {
        var settings = new double[3, rows.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            var request = rows[row].Request;
            settings[0, row] = request.Temperature > 0 ? rows[row].Random.NextDouble() : -1;
            settings[1, row] = request.Temperature > 0 ? request.Temperature : 1;
            settings[2, row] = request.TopP < 1 ? request.TopP : double.PositiveInfinity;
        }

        var uploaded = tensor(settings).unsqueeze(-1);
        return (uploaded[0], uploaded[1], uploaded[2]);
    }

    // A row on its own CUDA adds up in parts, in an order that depends on timing.
    private static Tensor Sums(Tensor weights) => weights.shape[0] > 1 ? weights.cumsum(-1) : weights.expand(2, -1).cumsum(-1).narrow(0, 0, 1);

    private static SampledToken[] Read(ReadOnlySpan<double> figures, IReadOnlyList<ResponseUnderWay> rows, int top)
    {
        var tokens = new SampledToken[rows.Count];
        for (var row = 0; row < tokens.Length; row++)
        {
            var own = figures.Slice(row * (Figures + (2 * top)), Figures + (2 * top)).ToArray();
            TokenDraw.CheckLargest((int)own[3], (float)own[4]);
            var recorded = Enumerable.Range(Figures, Math.Min(rows[row].Request.TopLogProbs, top)).Select(at => ((int)own[at], (float)own[at + top]));
            tokens[row] = new((int)own[0], (float)own[1], [.. recorded]) { DrawnLogProb = rows[row].Request.Temperature == 0 ? 0 : (float)own[2] };
        }

        return tokens;
    }
}
