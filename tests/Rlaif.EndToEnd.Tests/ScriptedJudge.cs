using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Rlaif.Judge.Tests;

namespace Rlaif.EndToEnd.Tests;

/// <summary>A judge behind an endpoint that prefers the shorter of two responses, and will not judge those to a quarter of the prompts.</summary>
internal sealed partial class ScriptedJudge : IAsyncDisposable
{
    private StubEndpoint endpoint = null!;
    private int answers = int.MaxValue;

    public string Address => endpoint.Address.ToString();

    /// <summary>Questions that were answered, since <see cref="Anew"/>.</summary>
    public ConcurrentQueue<string> Answered { get; private set; } = [];

    /// <summary>Of these it says the opposite of what it said before.</summary>
    public IReadOnlySet<string> Regretted { get; private set; } = new HashSet<string>();

    public static async Task<ScriptedJudge> Start()
    {
        var judge = new ScriptedJudge();
        judge.endpoint = await StubEndpoint.Start(judge.Answer);
        return judge;
    }

    /// <param name="answers">After so many it says nothing more.</param>
    /// <param name="regretted">What it has changed its mind about.</param>
    public void Anew(int answers = int.MaxValue, IEnumerable<string>? regretted = null)
    {
        (Answered, Regretted) = ([], (regretted ?? []).ToHashSet(StringComparer.Ordinal));
        Volatile.Write(ref this.answers, answers);
    }

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    private async Task<IResult> Answer(JsonNode body, HttpContext context)
    {
        if (Interlocked.Decrement(ref answers) < 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }

        var question = StubEndpoint.Question(body);
        Answered.Enqueue(question);
        var shown = Shown().Match(question);
        var (a, b) = (shown.Groups["a"].Value.Length, shown.Groups["b"].Value.Length);
        var preference = 1 / (1 + Math.Exp((a - b) / 8.0));
        preference = Math.Clamp(Regretted.Contains(question) ? 1 - preference : preference, 0.001, 0.999);
        return SHA256.HashData(Encoding.UTF8.GetBytes(shown.Groups["prompt"].Value))[0] % 4 == 0 ? StubEndpoint.Token(("I", 1)) : StubEndpoint.Token(("A", preference), ("B", 1 - preference));
    }

    [GeneratedRegex(@"Conversation:\n(?<fence>#[0-9a-f]{10}#)\n(?<prompt>.*?)\n\k<fence>\n\nResponse A[^\n]*\n\k<fence>\n(?<a>.*?)\n\k<fence>\n\nResponse B[^\n]*\n\k<fence>\n(?<b>.*?)\n\k<fence>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shown();
}
