using System.Net;
using System.Net.Http.Json;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Tests.Runs;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Api;

public class LabelRoutesTests
{
    private static readonly Recipe OfPeople = TestRecipe.Of(TestRecipe.Dpo) with
    {
        Rounds = 1,
        Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["human"] = "settle" },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_people_carry_a_run_to_its_end_over_http_and_never_look_at_the_same_pair()
    {
        await using var run = await TestRun.Create(OfPeople);
        await using var site = await run.Start(new());
        using var client = new HttpClient { BaseAddress = site.Address };
        await Eventually.True(
            async () =>
            {
                var (ada, bob) = (await Next(client, "human/ada"), await Next(client, "human/bob"));
                Assert.True(ada is null || ada.Id != bob?.Id);
                await Give(client, ada, "human/ada");
                await Give(client, bob, "human/bob");
                return await run.HasEnded();
            },
            "the run reached its end");
        var votes = await run.Pairs.Votes(run.Id, 1, "Preference", Cancel);
        Assert.Equal(["human/ada", "human/bob"], votes.Select(vote => vote.Labeler).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(16, votes.Count);
        Assert.All(votes, vote => Assert.NotNull(vote.Preference));
    }

    [Fact]
    public async Task What_is_refused_is_told_in_one_sentence_and_stored_nowhere()
    {
        await using var run = await TestRun.Create(OfPeople);
        await using var site = await run.Start(new());
        using var client = new HttpClient { BaseAddress = site.Address };
        LabelPreference? command = null;
        await Eventually.True(async () => (command = await Next(client, "human/ada")) is not null, "a pair waits for people");
        var label = Label(command!, "human/ada");
        await Refused(client, label with { PairId = RlaifId.Of("other") }, HttpStatusCode.BadRequest, "names another run, pair or pool");
        await Refused(client, label with { Id = RlaifId.Of("other") }, HttpStatusCode.NotFound, "answers no command");
        using var unreadable = await client.PostAsync("/v1/labels", new StringContent("{", null, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, unreadable.StatusCode);
        using var nameless = await client.GetAsync("/v1/labels/next?pool=human&labeler=", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, nameless.StatusCode);
        using var other = await client.GetAsync("/v1/labels/next?pool=human&labeler=human/ada&run=12345678", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        await run.Runs.Pause(RlaifId.Of("pause"), run.Id, "The disk is full.", run.Time.GetUtcNow(), Cancel);
        await Refused(client, label, HttpStatusCode.BadRequest, "does not go on");
        Assert.Null(await Next(client, "human/ada"));
        Assert.Empty(await run.Pairs.Votes(run.Id, 1, "Preference", Cancel));
    }

    [Fact]
    public async Task A_pair_that_is_skipped_or_answered_is_not_shown_again()
    {
        await using var run = await TestRun.Create(OfPeople);
        await using var site = await run.Start(new());
        using var client = new HttpClient { BaseAddress = site.Address };
        LabelPreference? first = null;
        await Eventually.True(async () => (first = await Next(client, "human/ada")) is not null, "a pair waits for people");
        var second = await Next(client, "human/ada", first!.Id);
        var third = await Next(client, "human/ada", first.Id, second!.Id);
        Assert.Equal(3, new[] { first.Id, second.Id, third!.Id }.Distinct().Count());
        Assert.Equal(first.Id, (await Next(client, "human/ada"))!.Id);
        await Give(client, first, "human/ada");
        await Give(client, first, "human/ada");
        Assert.Equal(second.Id, (await Next(client, "human/ada"))!.Id);
        Assert.Single(await run.Pairs.Votes(run.Id, 1, "Preference", Cancel));
    }

    private static async Task<LabelPreference?> Next(HttpClient client, string labeler, params Guid[] skip) =>
        (await client.GetFromJsonAsync<WaitingLabels>(
            $"/v1/labels/next?pool=human&labeler={labeler}{string.Concat(skip.Select(id => $"&skip={id}"))}", Json.Options, Cancel))!.Command;

    private static async Task Give(HttpClient client, LabelPreference? command, string labeler)
    {
        if (command is not null)
        {
            using var answer = await client.PostAsJsonAsync("/v1/labels", Label(command, labeler), Json.Options, Cancel);
            Assert.Equal("", answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync(Cancel));
        }
    }

    private static async Task Refused(HttpClient client, PreferenceLabeled label, HttpStatusCode status, string because)
    {
        using var answer = await client.PostAsJsonAsync("/v1/labels", label, Json.Options, Cancel);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(because, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    // The response that breaks less is better, as in the rules' opinion.
    private static PreferenceLabeled Label(LabelPreference command, string labeler) => new()
    {
        Id = command.Id,
        RunId = command.RunId,
        PairId = command.PairId,
        Pool = command.Pool,
        Labeler = labeler,
        Votes =
        [
            .. command.Principles.Select(principle => new Vote
            {
                Principle = principle.Id,
                Preference = Texts.Named(command.First.Text).Worth.CompareTo(Texts.Named(command.Second.Text).Worth) switch { > 0 => 1, < 0 => 0, _ => 0.5 },
            }),
        ],
    };
}
