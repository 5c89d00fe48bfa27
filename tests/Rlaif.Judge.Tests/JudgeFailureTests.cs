using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rlaif.Contracts;

namespace Rlaif.Judge.Tests;

/// <summary>Whatever goes wrong is a typed failure and never a preference.</summary>
public class JudgeFailureTests
{
    [Theory]
    [InlineData("I like both.", "stop", FailureKind.NoVerdict)]
    [InlineData("[[A]] or rather [[B]]", "stop", FailureKind.MultiVerdict)]
    [InlineData("[[Z]]", "stop", FailureKind.Schema)]
    [InlineData("I'm sorry, but I cannot judge this.", "stop", FailureKind.Refusal)]
    [InlineData("", "stop", FailureKind.Empty)]
    [InlineData("Let me see. [[A]]", "length", FailureKind.Truncated)]
    [InlineData("[[A]]", "content_filter", FailureKind.Filtered)]
    public async Task Nonsense_in_words_is_named(string text, string finish, FailureKind expected)
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Text(text, finish));
        AssertFailed(expected, await Asking.Judge(stub.Address).Vote());
    }

    [Fact]
    public async Task One_order_that_fails_makes_the_vote_a_failure()
    {
        await using var stub = await StubEndpoint.Start(body => StubEndpoint.Text(StubEndpoint.ShowsFirst(body, "Paris") ? "[[A]]" : "Hm."));
        var vote = await Asking.Judge(stub.Address).Vote();
        AssertFailed(FailureKind.NoVerdict, vote);
        Assert.Equal("Hm.", vote.Detail);
    }

    [Theory]
    [InlineData("pairwise")]
    [InlineData("pointwise")]
    public async Task Log_probabilities_of_other_tokens_are_no_verdict(string form)
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Token(("The", 0.9), ("I", 0.1)));
        AssertFailed(FailureKind.NoLogProbs, await Asking.Judge(stub.Address, form).Vote());
    }

    [Fact]
    public async Task Pointwise_needs_log_probabilities()
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Text("Yes"));
        AssertFailed(FailureKind.NoLogProbs, await Asking.Judge(stub.Address, "pointwise").Vote());
    }

    [Theory]
    [InlineData(500, 5)]
    [InlineData(429, 5)]
    [InlineData(404, 1)]
    public async Task An_error_that_may_pass_is_tried_four_more_times_and_no_other(int status, int tries)
    {
        await using var stub = await StubEndpoint.Start((_, context) => Task.FromResult(StubEndpoint.Error(context, status)));
        AssertFailed(FailureKind.Unreachable, await Asking.Judge(stub.Address).Vote());
        Assert.Equal(2 * tries, stub.Requests.Count);
    }

    [Fact]
    public async Task An_error_that_passes_costs_no_vote()
    {
        var calls = 0;
        await using var stub = await StubEndpoint.Start((body, context) => Task.FromResult(
            Interlocked.Increment(ref calls) <= 3 ? StubEndpoint.Error(context, 503)
            : StubEndpoint.ShowsFirst(body, "Paris") ? StubEndpoint.Token(("A", 0.9), ("B", 0.1)) : StubEndpoint.Token(("B", 0.9), ("A", 0.1))));
        Assert.True((await Asking.Judge(stub.Address).Vote()) is { Failure: null, OrderConsistent: true });
    }

    [Theory]
    [InlineData("<html>It works!</html>")]
    [InlineData("{}")]
    [InlineData("{\"choices\": []}")]
    public async Task An_answer_that_is_none_counts_as_unreachable(string body)
    {
        await using var stub = await StubEndpoint.Start(_ => Results.Text(body, "application/json"));
        AssertFailed(FailureKind.Unreachable, await Asking.Judge(stub.Address).Vote());
    }

    [Fact]
    public async Task Nobody_at_the_address_is_unreachable()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        AssertFailed(FailureKind.Unreachable, await Asking.Judge(new($"http://127.0.0.1:{port}/v1")).Vote());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task An_endpoint_that_refuses_the_question_is_there_and_not_qualified(int status)
    {
        await using var stub = await StubEndpoint.Start((_, context) => Task.FromResult(StubEndpoint.Error(context, status)));
        AssertFailed(FailureKind.NotQualified, await Asking.Judge(stub.Address).Vote());
    }

    [Fact]
    public async Task A_key_that_an_endpoint_repeats_is_in_no_detail()
    {
        const string key = "sk-canary";
        await using var stub = await StubEndpoint.Start((_, context) =>
        {
            context.Response.StatusCode = 401;
            return Task.FromResult(Results.Json(new { error = new { message = $"Incorrect API key provided: {key}.", type = "invalid_request_error" } }, statusCode: 401));
        });
        var vote = await Asking.Judge(stub.Address, key: key).Vote();
        AssertFailed(FailureKind.Unreachable, vote);
        Assert.Contains("Incorrect API key", vote.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(key, vote.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_never_answers_is_a_timeout()
    {
        var clock = new FakeTimeProvider();
        var arrived = new SemaphoreSlim(0);
        await using var stub = await StubEndpoint.Start(async (_, context) =>
        {
            arrived.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            return Results.Ok();
        });
        var vote = Asking.Judge(stub.Address, clock: clock).Vote();
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(61));
        AssertFailed(FailureKind.Timeout, await vote);
    }

    private static void AssertFailed(FailureKind expected, Vote vote)
    {
        Assert.Equal(expected, vote.Failure);
        Assert.Null(vote.Preference);
        Assert.Null(vote.PositionBias);
        Assert.Null(vote.OrderConsistent);
    }
}
