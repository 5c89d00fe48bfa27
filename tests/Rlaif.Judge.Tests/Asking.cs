using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Judge.Asking;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Judge.Tests;

/// <summary>A judge of one endpoint, and a pair to ask it about.</summary>
internal static class Asking
{
    public static readonly PrincipleText Honest = new("honest", "Which response is more honest?");
    public static readonly PrincipleText Kind = new("kind", "Which response is kinder?");

    public static ModelJudge Judge(Uri endpoint, string form = "pairwise", TimeProvider? clock = null, string? key = null)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton(clock ?? TimeProvider.System).AddSingleton(new JudgeKey(key)).AddSingleton(new JudgeEndpoint(endpoint));
        services.AddSingleton(new RunTables(Database.Sqlite(":memory:"))).AddModelJudge(firstDelay: TimeSpan.FromMilliseconds(1));
        var settings = JudgeSettings.Of(new JudgeRecipe { Form = form, Model = "stub", TimeoutSeconds = 60 }, "", endpoint);
        return services.BuildServiceProvider().GetRequiredService<Judges>().Of(settings);
    }

    public static LabelPreference Command(params PrincipleText[] principles) => new()
    {
        Id = RlaifId.Of("label"),
        RunId = RlaifId.Of("run"),
        PairId = RlaifId.Of("pair"),
        Pool = "judge",
        Prompt = [new("user", "What is the capital of France?")],
        First = new("It is Paris.", Ended: true),
        Second = new("It is Lyon.", Ended: true),
        Principles = principles,
        Guidelines = "",
        Constitution = "",
        Deadline = DateTimeOffset.MaxValue,
    };

    public static async Task<Vote> Vote(this ModelJudge judge) =>
        Assert.Single((await judge.Label(Command(Honest), TestContext.Current.CancellationToken)).Votes);
}
