using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Coordinator;
using Rlaif.Feedback.Constitutions;
using Rlaif.Hosting;
using Rlaif.Judge;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Labelers.Tests;

/// <summary>The real coordinator on a virtual host and a database of its own, and rounds that one pool labels. The same run has the same
/// pairs in each of them, so what settles can be compared byte by byte.</summary>
internal sealed class LabeledRound : IAsyncDisposable
{
    public const int Pairs = 18;

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-labelers-").FullName;
    private readonly WebApplication host;
    private readonly string pool;
    private readonly JudgeRecipe? judge;

    private LabeledRound(string pool, string broker, string database, Action<IBusRegistrationConfigurator>? labelers, JudgeRecipe? judge)
    {
        (this.pool, this.judge, Broker) = (pool, judge, broker);
        var workers = new ServiceModule("workers", _ => { }, bus =>
        {
            bus.AddConsumer<Generator>();
            labelers?.Invoke(bus);
        });
        var deployment = Deployment.Embedded(new(folder)) with
        {
            Broker = new(new(broker), "guest", "guest"),
            ConnectionString = Database.ConnectionString(database, null),
        };
        host = RlaifHost.Build(deployment, [CoordinatorService.Module, workers, .. judge is null ? [] : new[] { JudgeService.Module }], LogLevel.Error);
    }

    public static Guid Run { get; } = RlaifId.Of("run");

    public string Broker { get; }

    public Uri Address => new(host.Urls.First());

    public Database Database => host.Services.GetRequiredService<Database>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="labelers">Labelers in this process; null: none.</param>
    /// <param name="judge">The real judge of the pool <c>judge</c>; null: none.</param>
    public static async Task<LabeledRound> Start(
        PrivateServers servers, string pool, Action<IBusRegistrationConfigurator>? labelers = null, JudgeRecipe? judge = null)
    {
        var round = new LabeledRound(pool, await servers.NewVirtualHost(pool), await servers.NewDatabase(pool), labelers, judge);
        await round.Database.Migrate(Cancel);
        await round.host.StartAsync(Cancel);
        return round;
    }

    public Task Begin(Guid run)
    {
        var recipe = new Recipe
        {
            Name = "labelers",
            Policy = "policy",
            Constitution = "constitution.yaml",
            Rounds = 1,
            Prompts = new() { Train = "prompts.jsonl" },
            Sampling = new() { Samples = 3, BatchPrompts = 6 },
            Revision = new() { Enabled = false },
            Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { [pool] = "settle" },
            Judge = judge ?? new(),
            Pairs = new() { LabeledPerPrompt = 3, KeptPerPrompt = 1 },
            Optimize = [new() { Dpo = new() }],
        };
        RunRow row = new()
        {
            Id = run,
            Name = recipe.Name,
            Recipe = Json.Of(recipe),
            StartPolicy = "57a87",
            Constitution = Opinion.Constitution,
            ConstitutionSha256 = Constitution.Parse(Opinion.Constitution, "shorter.yaml").Sha256,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        return new RunTables(Database).Create(row, AsyncEnumerable.ToAsyncEnumerable<PromptRow>([.. Enumerable.Range(0, Pairs / 3).Select(i => Prompt(run, i))]), Cancel);
    }

    /// <summary>Whether all pairs have settled.</summary>
    public async Task<bool> HasSettled(Guid run)
    {
        Assert.Null((await new RunTables(Database).Find(run, Cancel))!.PauseReason);
        return (await new WorkTables(Database).Stages(run, Cancel)).Any(stage => stage is { Name: "labels", EndedAt: not null });
    }

    /// <summary>What settled, and every vote without its labeler.</summary>
    public async Task<string> Settled(Guid run, Func<string>? explain = null)
    {
        var stages = "";
        await Eventually.True(
            async () =>
            {
                stages = string.Join(", ", (await new WorkTables(Database).Stages(run, Cancel)).Select(stage => $"{stage.Name} {stage.Done} of {stage.Total}"));
                return await HasSettled(run);
            },
            () => $"the pairs settled by {pool}; stages: {stages}; {explain?.Invoke()}");
        await new RunTables(Database).End(run, "57a87", TimeProvider.System.GetUtcNow(), Cancel);       // nobody trains here
        var pairs = new PairTables(Database);
        var votes = (await pairs.Votes(run, 1, "Preference", Cancel)).Select(vote => new { vote.PairId, vote.Principle, vote.Preference, vote.NotApplicable, vote.Failure });
        return Json.Of(await pairs.Settled(run, 1, "Preference", Cancel)) + "\n" + Json.Of(votes);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static PromptRow Prompt(Guid run, int i) => new()
    {
        RunId = run,
        Split = "train",
        Round = 1,
        Ordinal = i,
        Id = $"p{i}",
        Body = Json.Of(new Prompt($"p{i}", [new("user", $"When is it, {i}?")])),
    };
}

/// <summary>Answers long or short.</summary>
internal sealed class Generator(ResponseTables responses, TimeProvider time) : IConsumer<GenerateResponses>
{
    public async Task Consume(ConsumeContext<GenerateResponses> context)
    {
        var command = context.Message;
        var rows = from prompt in command.Prompts
                   from sample in Enumerable.Range(0, command.Samples)
                   let id = RlaifId.Of(command.RunId, prompt.Id, sample)
                   select new ResponseRow
                   {
                       Id = id,
                       RunId = command.RunId,
                       Round = command.Round,
                       Purpose = command.Purpose.ToString(),
                       PromptId = prompt.Id,
                       Sample = sample,
                       Policy = command.Policy,
                       Text = RlaifId.Seed(id) % 2 == 0 ? Opinion.Short : Opinion.Long,
                       Ended = true,
                       Tokens = [1],
                   };
        var prompts = command.Prompts.Select(prompt => new PromptTokensRow { RunId = command.RunId, PromptId = prompt.Id, Tokens = [1] });
        await responses.Insert(command.Id, [.. rows], [], [.. prompts], "{}", time.GetUtcNow(), context.CancellationToken);
        await context.Publish(new ResponsesGenerated(command.Id, command.RunId, command.Round, command.Purpose));
    }
}
