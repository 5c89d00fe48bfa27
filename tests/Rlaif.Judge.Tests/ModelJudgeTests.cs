using Rlaif.Contracts;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Judge.Tests;

public class ModelJudgeTests
{
    [Fact]
    public async Task Both_orders_become_a_preference_and_a_place_bias()
    {
        // First place: .8 against .1 with Paris first (two spellings of A), .3 against .6 with Lyon first.
        await using var stub = await StubEndpoint.Start(body => StubEndpoint.ShowsFirst(body, "Paris")
            ? StubEndpoint.Token((" A", 0.5), ("A", 0.3), ("B", 0.1), ("The", 0.1)) : StubEndpoint.Token(("B", 0.6), ("A", 0.3)));
        var (l1, l2) = (Math.Log(8), Math.Log(0.5));

        var vote = await Asking.Judge(stub.Address).Vote();

        Assert.Equal(SoftPreference.Sigmoid((l1 - l2) / 2), vote.Preference!.Value, 1e-6);
        Assert.Equal((l1 + l2) / 2, vote.PositionBias!.Value, 1e-6);
        Assert.True(vote.OrderConsistent);
        Assert.Null(vote.Failure);
        Assert.Equal(2, stub.Requests.Count);
    }

    [Fact]
    public async Task A_judge_that_always_names_the_first_place_prefers_nothing_and_shows_it()
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Token(("A", 0.75), ("B", 0.25)));
        var vote = await Asking.Judge(stub.Address).Vote();
        Assert.Equal(0.5, vote.Preference!.Value, 1e-6);
        Assert.Equal(Math.Log(3), vote.PositionBias!.Value, 1e-6);
        Assert.False(vote.OrderConsistent);
    }

    [Fact]
    public async Task Each_principle_is_asked_in_both_orders_and_the_calls_are_counted()
    {
        await using var stub = await StubEndpoint.Start(body =>
            StubEndpoint.Question(body).Contains("kinder", StringComparison.Ordinal) == StubEndpoint.ShowsFirst(body, "Paris")
                ? StubEndpoint.Token(("B", 0.9), ("A", 0.1)) : StubEndpoint.Token(("A", 0.9), ("B", 0.1)));
        var label = await Asking.Judge(stub.Address).Label(Asking.Command(Asking.Honest, Asking.Kind), TestContext.Current.CancellationToken);
        Assert.Equal(["honest", "kind"], label.Votes.Select(vote => vote.Principle));
        Assert.True(label.Votes[0].Preference > 0.5 && label.Votes[1].Preference < 0.5);
        Assert.Equal(4, label.Calls);
        Assert.Equal("judge/pairwise/stub", label.Labeler);
        Assert.Equal(64, label.PromptSha256!.Length);
    }

    [Fact]
    public async Task Without_log_probabilities_the_verdict_is_read_from_words_and_they_are_not_asked_for_again()
    {
        await using var stub = await StubEndpoint.Start(body =>
            StubEndpoint.Text(StubEndpoint.AsksForLogProbs(body) ? "The" : StubEndpoint.ShowsFirst(body, "Paris") ? "Paris it is.\n[[A]]" : "[[B]]"));
        var judge = Asking.Judge(stub.Address);
        Assert.True((await judge.Vote()) is { OrderConsistent: true, Preference: > 0.99, PositionBias: 0 });
        var asked = stub.Requests.Count(request => StubEndpoint.AsksForLogProbs(request.Body));
        await judge.Vote();
        Assert.Equal(asked, stub.Requests.Count(request => StubEndpoint.AsksForLogProbs(request.Body)));
    }

    [Fact]
    public async Task A_model_that_refuses_to_list_log_probabilities_is_asked_in_words()
    {
        await using var stub = await StubEndpoint.Start((body, context) => Task.FromResult(
            StubEndpoint.AsksForLogProbs(body) ? StubEndpoint.Error(context, 400) : StubEndpoint.Text("[[tie]]")));
        Assert.True((await Asking.Judge(stub.Address).Vote()) is { OrderConsistent: true, Preference: 0.5, PositionBias: 0 });
    }

    [Fact]
    public async Task Words_that_follow_the_place_are_no_consistent_verdict()
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Text("[[B]]"));
        Assert.True((await Asking.Judge(stub.Address).Vote()) is { OrderConsistent: false, Preference: 0.5, PositionBias: < 0 });
    }

    [Fact]
    public async Task Pointwise_compares_the_log_odds_of_yes_and_knows_no_place()
    {
        await using var stub = await StubEndpoint.Start(body => StubEndpoint.Question(body).Contains("Paris", StringComparison.Ordinal)
            ? StubEndpoint.Token(("Yes", 0.5), (" yes", 0.1), ("No", 0.2)) : StubEndpoint.Token(("No", 0.6), ("Yes", 0.3)));
        var vote = await Asking.Judge(stub.Address, "pointwise").Vote();
        Assert.Equal(SoftPreference.Sigmoid(Math.Log(3) - Math.Log(0.5)), vote.Preference!.Value, 1e-6);
        Assert.True(vote is { PositionBias: null, OrderConsistent: null });
    }

    [Fact]
    public async Task The_key_is_sent_to_the_endpoint_and_nowhere_else()
    {
        await using var stub = await StubEndpoint.Start((_, context) => Task.FromResult(StubEndpoint.Error(context, 401)));
        var label = await Asking.Judge(stub.Address, key: "s3cret").Label(Asking.Command(Asking.Honest), TestContext.Current.CancellationToken);
        Assert.All(stub.Requests, request => Assert.Equal("Bearer s3cret", request.Authorization));
        Assert.DoesNotContain("s3cret", label.ToString() + string.Concat(label.Votes), StringComparison.Ordinal);
    }
}
