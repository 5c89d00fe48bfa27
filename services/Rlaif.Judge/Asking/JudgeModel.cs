using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;
using OpenAI.Chat;
using Rlaif.Contracts;
using Rlaif.Feedback.Judging;
using Rlaif.Hosting;

namespace Rlaif.Judge.Asking;

/// <summary>One model on an OpenAI-compatible endpoint, asked through Semantic Kernel. Transient errors are tried again by the client's
/// resilience handler; what remains is a typed failure.</summary>
/// <param name="settings">Where, and how many calls at once.</param>
/// <param name="http">With the resilience handler.</param>
/// <param name="key">The endpoint's key; null: it needs none.</param>
/// <param name="clock">For the time limit.</param>
public sealed class JudgeModel(JudgeSettings settings, HttpClient http, string? key, TimeProvider clock) : IDisposable
{
    private const int TextTokens = 512; // a few sentences and a marker
    private const int TopLogProbs = 20; // the most that OpenAI lists

    private readonly OpenAIChatCompletionService chat = new(settings.Model, Client(settings, http, key));
    private readonly SemaphoreSlim slots = new(settings.Parallel), turns = new(settings.Parallel);
    private long awaySince;     // ticks; 0: it answers

    /// <summary>False once it was seen to answer in words what it would not answer with log-probabilities: then those are not asked for again.</summary>
    public bool OffersLogProbs { get; internal set; } = true;

    /// <summary>For how long nobody has answered.</summary>
    public TimeSpan Away => Interlocked.Read(ref awaySince) is not 0 and var since ? clock.GetUtcNow() - new DateTimeOffset(since, TimeSpan.Zero) : TimeSpan.Zero;

    /// <summary>Begins to count <see cref="Away"/> anew.</summary>
    public void ForgetAway() => Interlocked.Exchange(ref awaySince, 0);

    /// <summary>Waits until fewer pairs are asked about than calls may be made at once: more of them would only hold each other up.</summary>
    /// <returns>To be disposed when the pair was asked about; null when it takes longer than <paramref name="longest"/>.</returns>
    public async Task<IDisposable?> Turn(TimeSpan longest, CancellationToken cancel) => await turns.WaitAsync(longest, cancel) ? new Taken(turns) : null;

    /// <summary>Asks for one token with its log-probabilities, or for a text.</summary>
    public async Task<JudgeReply> Ask(JudgePrompt prompt, bool logProbs, CancellationToken cancel)
    {
        await slots.WaitAsync(cancel);
        try
        {
            // Time spent waiting for a slot is not the endpoint's.
            using var limit = new CancellationTokenSource(settings.Timeout, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
            var reply = await Try(prompt, logProbs, cancel, both.Token);
            if (reply.Failure == FailureKind.Unreachable)
            {
                Interlocked.CompareExchange(ref awaySince, clock.GetUtcNow().UtcTicks, 0);
            }
            else
            {
                ForgetAway();
            }

            Instruments.Asked(settings.Labeler, reply.Failure is { } failure ? JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString()) : "answered", reply.PromptTokens, reply.AnswerTokens);
            return reply;
        }
        finally
        {
            slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        slots.Dispose();
        turns.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "What an endpoint may send instead of an answer has no bound; all of it is one failure.")]
    private async Task<JudgeReply> Try(JudgePrompt prompt, bool logProbs, CancellationToken cancel, CancellationToken limit)
    {
        var history = new ChatHistory();
        foreach (var turn in prompt.Messages)
        {
            history.AddMessage(new AuthorRole(turn.Role), turn.Content);
        }

        var options = logProbs
            ? new OpenAIPromptExecutionSettings { Temperature = 0, Seed = settings.Seed, MaxTokens = 1, Logprobs = true, TopLogprobs = TopLogProbs }
            : new OpenAIPromptExecutionSettings { Temperature = 0, Seed = settings.Seed, MaxTokens = TextTokens };
        try
        {
            var message = await chat.GetChatMessageContentAsync(history, options, cancellationToken: limit);
            var answer = (ChatCompletion)message.InnerContent!;
            return Read(answer, logProbs) with { PromptTokens = answer.Usage?.InputTokenCount ?? 0, AnswerTokens = answer.Usage?.OutputTokenCount ?? 0 };
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new() { Failure = FailureKind.Timeout, Detail = $"no answer in {settings.Timeout.TotalSeconds:0} s" };
        }
        catch (HttpOperationException error) when (logProbs && (int?)error.StatusCode is 400 or 422)
        {
            return new(); // some models refuse the very question for log-probabilities: the question in words will tell
        }
        catch (HttpOperationException error) when ((int?)error.StatusCode is 400 or 413 or 422)
        {
            // It is there and says that this question cannot be asked, of more tokens than it takes for example: no use in waiting.
            return new() { Failure = FailureKind.NotQualified, Detail = WithoutKey(error.Message) };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new() { Failure = FailureKind.Unreachable, Detail = WithoutKey(error.Message) };
        }
    }

    // An endpoint that refuses a key may say which one it was, and details become rows and lines of the log.
    private string WithoutKey(string text) => key is { Length: > 0 } ? text.Replace(key, "(the key)", StringComparison.Ordinal) : text;

    private static JudgeReply Read(ChatCompletion answer, bool logProbs)
    {
        var text = string.Concat(answer.Content.Select(part => part.Text));
        if (answer.Refusal is { Length: > 0 } refusal)
        {
            return new() { Failure = FailureKind.Refusal, Detail = refusal };
        }

        if (answer.FinishReason == ChatFinishReason.ContentFilter)
        {
            return new() { Failure = FailureKind.Filtered, Detail = text };
        }

        var first = answer.ContentTokenLogProbabilities is { Count: > 0 } tokens ? tokens[0] : null;
        return new()
        {
            Text = text,
            Finish = answer.FinishReason == ChatFinishReason.Length ? JudgeFinish.Length : JudgeFinish.Stop,
            FirstToken = logProbs ? first?.TopLogProbabilities.Select(top => KeyValuePair.Create(top.Token, (double)top.LogProbability)).ToList() : null,
        };
    }

    // The client's own three retries would multiply with the resilience handler's, and its own time limit would cut ours short.
    private static OpenAIClient Client(JudgeSettings settings, HttpClient http, string? key) => new(
        new ApiKeyCredential(key is { Length: > 0 } ? key : "none"),
        new OpenAIClientOptions
        {
            Endpoint = settings.Endpoint,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        });

    private sealed class Taken(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
