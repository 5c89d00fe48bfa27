using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;

namespace Rlaif.Generator.Endpoint;

/// <summary>How much is sampled at once.</summary>
/// <param name="Responses">Most responses of one batch.</param>
/// <param name="Tokens">Most tokens of one batch, prompts and longest responses together: the memory of keys and values, 46 kB a token for
/// SmolLM2-135M in f32. A single response is never too many.</param>
public sealed record BatchLimits(int Responses = 64, int Tokens = 32_768);

/// <summary>Samples the responses that wait for the same model together: whatever came while the torch thread was busy is one batch.</summary>
/// <remarks>Each request asks the torch thread to serve its model's queue once; the first to get there takes what waits, the others find less
/// or nothing. So nothing waits for a timer, and nothing is left behind.</remarks>
public sealed class RequestBatcher(ModelShelf shelf, BatchLimits limits, Numerics numerics)
{
    private static readonly Meter Meter = new("Rlaif.Generator");
    private static readonly Histogram<int> Rows = Meter.CreateHistogram<int>("rlaif.generator.batch.responses", "{response}", "Responses sampled together.");
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Waiting>> queues = new(StringComparer.Ordinal);

    /// <summary>One sampled response.</summary>
    /// <param name="model">A model that the shelf has.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="onToken">Told of every token on the torch thread; false stops the response.</param>
    /// <param name="alone">Not together with others, whose number would change its last bits.</param>
    /// <param name="cancel">Nobody waits for the response any more.</param>
    /// <exception cref="InputException">The model or the request cannot be used.</exception>
    public Task<SampledResponse> Sample(string model, SamplingRequest request, Func<SampledToken, bool> onToken, bool alone, CancellationToken cancel)
    {
        var waiting = new Waiting(request, onToken, alone, new(TaskCreationOptions.RunContinuationsAsynchronously), cancel);
        var queue = queues.GetOrAdd(model, _ => new());
        queue.Enqueue(waiting);
        _ = Serve(model, queue);
        return waiting.Done.Task;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The exception is handed to whoever waits for the response.")]
    private async Task Serve(string model, ConcurrentQueue<Waiting> queue)
    {
        try
        {
            await shelf.Use(model, numerics, (loaded, _) => Answer(model, loaded, Take(queue, loaded.Config)), CancellationToken.None);
        }
        catch (Exception error)
        {
            // The model could not be had: one request asked for this, one request gets the answer.
            if (queue.TryDequeue(out var unserved))
            {
                unserved.Done.TrySetException(error);
            }
        }
    }

    private List<Waiting> Take(ConcurrentQueue<Waiting> queue, ModelConfig config)
    {
        var (batch, tokens) = (new List<Waiting>(), 0);
        while (batch.Count < limits.Responses && queue.TryPeek(out var next))
        {
            tokens += (int)Math.Min(config.MaxPositions, next.Request.Prompt.Length + (long)next.Request.MaxNewTokens);
            if (batch.Count > 0 && (tokens > limits.Tokens || next.Alone || batch[0].Alone))
            {
                break;
            }

            queue.TryDequeue(out _); // the torch thread is the only one that takes
            if (next.Cancel.IsCancellationRequested)
            {
                next.Done.TrySetCanceled(next.Cancel);
            }
            else if (next.Request.Prompt.Length >= config.MaxPositions)
            {
                next.Done.TrySetException(new InputException(
                    $"This model's maximum context length is {config.MaxPositions} tokens; the messages have {next.Request.Prompt.Length}. Shorten them."));
            }
            else
            {
                batch.Add(next);
            }
        }

        return batch;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The exception is handed to whoever waits for a response.")]
    private static int Answer(string name, LanguageModel model, List<Waiting> batch)
    {
        if (batch.Count == 0)
        {
            return 0;
        }

        Rows.Record(batch.Count, new KeyValuePair<string, object?>("model", name));
        try
        {
            var responses = Sampler.Sample(
                model, [.. batch.Select(one => one.Request)], (row, token) => batch[row].OnToken(token) && !batch[row].Cancel.IsCancellationRequested);
            for (var row = 0; row < batch.Count; row++)
            {
                batch[row].Done.TrySetResult(responses[row]);
            }
        }
        catch (Exception error)
        {
            batch.ForEach(one => one.Done.TrySetException(error));
        }

        return batch.Count;
    }

    private sealed record Waiting(
        SamplingRequest Request, Func<SampledToken, bool> OnToken, bool Alone, TaskCompletionSource<SampledResponse> Done, CancellationToken Cancel);
}
