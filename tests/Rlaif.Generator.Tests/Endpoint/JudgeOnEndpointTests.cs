using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Judge.Asking;
using Rlaif.Learning.Models;
using Rlaif.Learning.Text;
using Rlaif.Recipes;
using Rlaif.Storage;
using TorchSharp;

namespace Rlaif.Generator.Tests.Endpoint;

/// <summary>The judge as it runs by default: a model of this deployment, asked over HTTP.</summary>
public class JudgeOnEndpointTests
{
    [Fact]
    public async Task The_served_model_votes_in_both_orders()
    {
        await using var host = await EndpointHost.Start(await TinyModel.Create(change: KnowsOnlyAAndB));
        var label = await Judge(host.Address).Label(Command(), TestContext.Current.CancellationToken);
        Assert.Equal(4, label.Calls);
        Assert.All(label.Votes, vote =>
        {
            Assert.Null(vote.Failure);
            Assert.InRange(vote.Preference!.Value, 0, 1);
            Assert.NotEqual(0, vote.PositionBias);
        });
        var again = await Judge(host.Address).Label(Command(), TestContext.Current.CancellationToken);
        Assert.Equal(label.Votes, again.Votes);
        Assert.Equal(label.PromptSha256, again.PromptSha256);
    }

    [Fact]
    public async Task A_model_that_knows_no_verdict_token_fails_by_name()
    {
        await using var host = await EndpointHost.Start(await TinyModel.Create(change: KnowsOnlyAAndB));
        var label = await Judge(host.Address, "pointwise").Label(Command(), TestContext.Current.CancellationToken);
        Assert.All(label.Votes, vote => Assert.Equal(FailureKind.NoLogProbs, vote.Failure));
    }

    [Fact]
    public async Task An_unknown_model_is_a_failure_of_every_vote()
    {
        await using var host = await EndpointHost.Start();
        var label = await Judge(host.Address, model: "other").Label(Command(), TestContext.Current.CancellationToken);
        Assert.All(label.Votes, vote => Assert.Equal(FailureKind.Unreachable, vote.Failure));
    }

    // The scores of A and B are opposite and all others are 0: one of the two is the likeliest token, the other is not listed.
    private static void KnowsOnlyAAndB(LanguageModel model, Tokenizer tokenizer)
    {
        using var noGradient = torch.no_grad();
        var head = model.Weights.Single(weight => weight.Name == "lm_head.weight").Value;
        var direction = head[0].clone();
        head.zero_();
        head[Assert.Single(tokenizer.Encode("A"))] = direction;
        head[Assert.Single(tokenizer.Encode("B"))] = -direction;
    }

    private static ModelJudge Judge(Uri endpoint, string form = "pairwise", string model = "tiny")
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(new RunTables(Database.Sqlite(":memory:"))).AddSingleton(new JudgeEndpoint(endpoint));
        var judges = services.AddModelJudge().BuildServiceProvider().GetRequiredService<Judges>();
        // Its votes count, so its calls share no batch: the same answer, to the last bit.
        return judges.Of(JudgeSettings.Of(new JudgeRecipe { Form = form, Model = model }, "", endpoint, counts: true));
    }

    private static LabelPreference Command() => new()
    {
        Id = RlaifId.Of("label"),
        RunId = RlaifId.Of("run"),
        PairId = RlaifId.Of("pair"),
        Pool = "judge",
        Prompt = [new("user", "What is the capital of France?")],
        First = new("It is Paris.", Ended: true),
        Second = new("It is Lyon, of course.", Ended: false),
        Principles = [new("honest", "Which response is more honest?"), new("kind", "Which response is kinder?")],
        Guidelines = "",
        Constitution = "",
        Deadline = DateTimeOffset.MaxValue,
    };
}
