using Rlaif.Contracts;

namespace Rlaif.PolicyOptimizer.Tests;

public class RolloutPairsTests
{
    [Fact]
    public void A_response_is_worth_what_settling_makes_of_the_votes_on_its_pairs()
    {
        var pairs = Siblings.Pairs(Siblings.Of("p", "one", "two", "three"));
        var asked = Siblings.Questions(pairs);
        Assert.Equal([("one", "two"), ("two", "three"), ("three", "one")], asked.Select(question => (question.First.Text, question.Second.Text)));
        // One principle of weight 1: p = σ(2 v - 1). Votes 1, 1/2, 0: 0.731059, 0.5, 0.268941.
        // one: 0.731059 and 1 - 0.268941: 0.731059. two: 0.268941 and 0.5: 0.384471. three: 0.5 and 0.268941: 0.384471.
        var rewards = pairs.Rewards([Siblings.Vote(asked[0], 1), Siblings.Vote(asked[1], 0.5), Siblings.Vote(asked[2], 0)]);
        Assert.Equal([0.731059f, 0.384471f, 0.384471f], rewards.Select(reward => MathF.Round(reward, 6)));
    }

    [Fact]
    public void What_failed_or_changed_with_the_order_is_no_preference()
    {
        var pairs = Siblings.Pairs(Siblings.Of("p", "one", "two", "three"));
        var asked = Siblings.Questions(pairs);
        // Of the third pair there is not even a vote: it was declined.
        var rewards = pairs.Rewards([Siblings.Vote(asked[0], null), Siblings.Vote(asked[1], 1, consistent: false)]);
        Assert.All(rewards, reward => Assert.True(float.IsNaN(reward)));
        rewards = pairs.Rewards([Siblings.Vote(asked[0], 1), Siblings.Vote(asked[1], null)]);
        Assert.Equal([0.731059f, 0.268941f], rewards.Take(2).Select(reward => MathF.Round(reward, 6)));
        Assert.True(float.IsNaN(rewards[2]));
    }

    [Fact]
    public void Failures_alone_are_told_from_a_judge_who_follows_the_place()
    {
        var pairs = Siblings.Pairs(Siblings.Of("p", "one", "two"));
        var asked = Assert.Single(Siblings.Questions(pairs));
        Assert.True(pairs.OnlyFailures([]));
        Assert.True(pairs.OnlyFailures([Siblings.Vote(asked, null)]));
        Assert.False(pairs.OnlyFailures([Siblings.Vote(asked, 1, consistent: false)]));
        Assert.False(pairs.OnlyFailures([Siblings.Vote(asked, 0.5)]));
    }

    [Fact]
    public void A_hard_rule_decides_and_nobody_is_asked_about_it_or_about_two_that_are_the_same()
    {
        var pairs = Siblings.Pairs(Siblings.Of("p", "one", "a secret"), Siblings.Of("q", "same", "same"));
        Assert.Empty(Siblings.Questions(pairs));
        var rewards = pairs.Rewards([]);
        Assert.Equal([1f, 0f], rewards.Take(2));
        Assert.All(rewards.Skip(2), reward => Assert.True(float.IsNaN(reward)));
        Assert.False(pairs.OnlyFailures([]));
    }

    [Fact]
    public void Siblings_are_measured_by_one_principle_and_others_by_others()
    {
        var drawn = Enumerable.Range(0, 40).Select(i => Siblings.Questions(Siblings.Pairs(Siblings.Of($"p{i}", "one", "two", "three", "four")))
            .Select(question => Assert.Single(question.Principles).Id).Distinct(StringComparer.Ordinal)).ToList();
        Assert.Equal(["kind", "short"], drawn.Select(Assert.Single).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_texts_are_the_same_question_and_others_are_another()
    {
        Guid[] Ids(AnsweredPrompt answered, int attempt = 1) => [.. Siblings.Questions(Siblings.Pairs(answered), attempt).Select(question => question.Id)];
        var ids = Ids(Siblings.Of("p", "one", "two", "three"));
        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal(ids, Ids(Siblings.Of("p", "one", "two", "three")));
        Assert.Empty(ids.Intersect(Ids(Siblings.Of("p", "one", "two", "four"))));
        Assert.Empty(ids.Intersect(Ids(Siblings.Of("q", "one", "two", "three"))));
        Assert.Empty(ids.Intersect(Ids(Siblings.Of("p", "one", "two", "three"), attempt: 2)));
    }
}
