using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Sampling;

/// <summary>Autoregressive sampling of many responses at once.</summary>
public static class Sampler
{
    // What dispose scopes cannot see (scalars of TorchSharp) waits for a collection; one in so many steps costs nothing measurable.
    private const int StepsPerCollection = 50;

    /// <summary>Samples a response to each request. The same model, batch and number of threads give the same bits; in another batch the
    /// log-probabilities of a row may differ in the last bits (matrix kernels depend on the number of rows), and a draw that falls on such
    /// a difference differs with them. To be called on the torch thread.</summary>
    /// <param name="model">The model; no gradients are recorded.</param>
    /// <param name="batch">The requests. Equal prompts are read once. A finished response leaves the batch at once, so many requests of
    /// different lengths cost little more than their tokens; memory grows with requests times their longest length.</param>
    /// <param name="onToken">Told of every token as it is drawn: place of the request in the batch, token. False stops that response.</param>
    /// <param name="cancel">Looked at before every step.</param>
    /// <returns>The responses in the order of the requests, at least one token each.</returns>
    /// <exception cref="InputException">A prompt is empty, too long or not of this model; a setting is out of range; the model's scores
    /// are not numbers.</exception>
    public static IReadOnlyList<SampledResponse> Sample(
        LanguageModel model, IReadOnlyList<SamplingRequest> batch, Func<int, SampledToken, bool>? onToken = null,
        CancellationToken cancel = default) =>
        Sample(model, batch, TensorDevice.Current == DeviceKind.Cuda, onToken, cancel);

    /// <summary>The same in the way of a card or in that of a CPU, wherever the model lies. A card waits for nothing but the tokens of a step:
    /// it draws itself and runs all layers as one script. For a CPU, walking the logits is the faster way.</summary>
    internal static IReadOnlyList<SampledResponse> Sample(
        LanguageModel model, IReadOnlyList<SamplingRequest> batch, bool asOnCard, Func<int, SampledToken, bool>? onToken, CancellationToken cancel)
    {
        foreach (var request in batch)
        {
            request.Check(model.Config);
        }

        var responses = batch.Select((request, index) => new ResponseUnderWay(index, request, model.Config)).ToList();
        var live = responses.ToList();
        live.Sort(ByPrompt);
        using var noGradient = no_grad();
        using var order = TensorDevice.InAnyOrder();
        using var rounded = MatrixProduct.HoldRounded();
        // With an adapter in the weights a token costs what it costs without one, and a card's script needs to know of none.
        using var merged = model.Merged();
        using var decoder = new BatchDecoder(merged, asOnCard);
        var draw = new TokenDraw(model.Config.Vocabulary);
        for (var step = 0; live.Count > 0; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var hidden = step == 0
                ? decoder.Prefill([.. live.Select(response => response.Request.Prompt)], cancel)
                : decoder.Step([.. live.Select(response => (long)response.LastId)]);
            var logits = merged.Logits(hidden);
            var tokens = asOnCard ? TensorDraw.Next(logits, live) : draw.Next(logits, live);
            var kept = Enumerable.Range(0, live.Count).ToList();
            // From the last row on, and the last one takes a finished one's place: few rows of the cache move.
            for (var row = live.Count - 1; row >= 0; row--)
            {
                var goesOn = live[row].Add(tokens[row]);
                if (onToken?.Invoke(live[row].Index, tokens[row]) == false || !goesOn)
                {
                    kept[row] = kept[^1];
                    kept.RemoveAt(kept.Count - 1);
                }
            }

            if (kept.Count < live.Count)
            {
                decoder.Keep(kept);
                live = [.. kept.Select(row => live[row])];
            }

            if (step % StepsPerCollection == 0)
            {
                GC.Collect(0);
            }
        }

        return [.. responses.Select(response => response.Response)];
    }

    // Longest first, equal prompts side by side, otherwise as in the batch.
    private static int ByPrompt(ResponseUnderWay a, ResponseUnderWay b)
    {
        var (left, right) = (a.Request.Prompt, b.Request.Prompt);
        return (right.Length - left.Length, left.AsSpan().SequenceCompareTo(right), a.Index - b.Index) switch
        {
            (not 0 and var length, _, _) => length,
            (_, not 0 and var content, _) => content,
            var (_, _, index) => index,
        };
    }
}
