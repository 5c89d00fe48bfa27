using System.Text.Json;
using System.Threading.Channels;
using Rlaif.Contracts;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;

namespace Rlaif.Generator.Endpoint;

/// <summary>Serves chat completions from the models on the shelf.</summary>
internal sealed class ChatCompletions(ModelShelf shelf, RequestBatcher batcher, TimeProvider clock)
{
    private readonly long started = clock.GetUtcNow().Ticks;
    private long requests;

    /// <summary>The completion as one object or as a stream of events.</summary>
    /// <exception cref="OpenAiException">There is no such model.</exception>
    /// <exception cref="Recipes.InputException">The messages do not fit the model.</exception>
    public async Task Answer(ChatRequest request, HttpContext context)
    {
        var cancel = context.RequestAborted;
        var format = await shelf.Format(request.Model, cancel) ?? throw OpenAiException.NoModel(request.Model);
        var number = Interlocked.Increment(ref requests);
        var call = new Call(
            request, format, format.Prompt(request.Messages), $"chatcmpl-{RlaifId.Of("chat", started, number):N}", clock.GetUtcNow().ToUnixTimeSeconds(),
            unchecked((ulong)(request.Seed ?? number))); // without a seed two equal requests may differ, as everywhere
        await (request.Stream ? Stream(call, context, cancel) : Whole(call, context, cancel));
    }

    private async Task Whole(Call call, HttpContext context, CancellationToken cancel)
    {
        var sampled = await Task.WhenAll(Enumerable.Range(0, call.Request.Choices).Select(i => Sample(call, i, onPiece: null, cancel)));
        var choices = sampled.Select(one => new ReplyChoice(one.Choice.Index, LogProbs(call, one.Choice.Tokens), one.FinishReason)
        {
            Message = new("assistant", one.Choice.Text),
        });
        var reply = new ChatReply(call.Id, "chat.completion", call.Created, call.Request.Model, [.. choices]) { Usage = Usage(call, sampled) };
        await context.Response.WriteAsJsonAsync(reply, ChatReply.Json, cancel);
    }

    private async Task Stream(Call call, HttpContext context, CancellationToken cancel)
    {
        var pieces = Channel.CreateUnbounded<Piece>(); // at most the tokens of this request
        var all = Task.WhenAll(Enumerable.Range(0, call.Request.Choices).Select(i => Sample(call, i, piece => pieces.Writer.TryWrite(piece), cancel)));
        _ = all.ContinueWith(done => pieces.Writer.Complete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        var begun = new bool[call.Request.Choices];
        await foreach (var piece in pieces.Reader.ReadAllAsync(cancel))
        {
            var logProbs = piece.Token is { } token ? LogProbs(call, [token]) : null;
            if (piece.Text.Length > 0 || logProbs is not null || !begun[piece.Index])
            {
                await Send(new ReplyChoice(piece.Index, logProbs, null) { Delta = new(begun[piece.Index] ? null : "assistant", piece.Text) });
                begun[piece.Index] = true;
            }
        }

        var sampled = await all;
        foreach (var one in sampled)
        {
            await Send(new ReplyChoice(one.Choice.Index, null, one.FinishReason) { Delta = new(null, null) });
        }

        if (call.Request.StreamUsage)
        {
            await Write(Chunk([]) with { Usage = Usage(call, sampled) });
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", cancel);

        ChatReply Chunk(IReadOnlyList<ReplyChoice> choices) => new(call.Id, "chat.completion.chunk", call.Created, call.Request.Model, choices);
        Task Send(ReplyChoice choice) => Write(Chunk([choice]));
        async Task Write(ChatReply chunk)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.ContentType = "text/event-stream"; // only now: until here an error is still answered as one object
            }

            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk, ChatReply.Json)}\n\n", cancel);
            await context.Response.Body.FlushAsync(cancel);
        }
    }

    private async Task<(Choice Choice, string FinishReason)> Sample(Call call, int index, Action<Piece>? onPiece, CancellationToken cancel)
    {
        var request = call.Request;
        var choice = new Choice(index, call.Format.Tokenizer, request.Stop, onPiece);
        var sampling = new SamplingRequest(
            call.Prompt, request.Temperature, request.TopP, request.MaxTokens, call.Seed, (ulong)index, call.Format.EndIds, request.TopLogProbs ?? 0);
        var response = await batcher.Sample(request.Model, sampling, choice.Add, alone: request.Seed is not null, cancel);
        choice.End();
        return (choice, choice.Stopped || response.Ended ? "stop" : "length");
    }

    private static ReplyUsage Usage(Call call, IEnumerable<(Choice Choice, string FinishReason)> sampled) =>
        new(call.Prompt.Length, sampled.Sum(one => one.Choice.Tokens.Count));

    private static ReplyLogProbs? LogProbs(Call call, IEnumerable<SampledToken> tokens) =>
        call.Request.TopLogProbs is null ? null : ReplyLogProbs.Of(tokens, call.Format.Tokenizer);

    private sealed record Call(ChatRequest Request, ChatFormat Format, int[] Prompt, string Id, long Created, ulong Seed);
}
