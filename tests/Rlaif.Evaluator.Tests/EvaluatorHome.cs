using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Evaluator.Tests;

/// <summary>A home with one run, filled through the tables, and a process that evaluates.</summary>
internal sealed class EvaluatorHome : IAsyncDisposable
{
    public const string StartPolicy = "57a87000";

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-evaluator-").FullName;
    private readonly Channel<PolicyEvaluated> answers = Channel.CreateUnbounded<PolicyEvaluated>();
    private readonly WebApplication host;

    private EvaluatorHome()
    {
        var asker = new ServiceModule("asker", _ => { }, bus => bus.AddHandler((PolicyEvaluated answer) => answers.Writer.WriteAsync(answer).AsTask()));
        host = RlaifHost.Build(Deployment.Embedded(new HomeFolder(folder)), [EvaluatorService.Module, asker], LogLevel.Error);
    }

    public static Guid Run { get; } = RlaifId.Of("run");

    public static DateTimeOffset At { get; } = new(2026, 11, 25, 18, 0, 0, TimeSpan.Zero);

    public Database Database => Get<Database>();

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public static async Task<EvaluatorHome> Start(string constitution, IReadOnlyList<Prompt> prompts)
    {
        var home = new EvaluatorHome();
        await home.Database.Migrate(default);
        var recipe = new Recipe
        {
            Name = "test",
            Policy = "policy",
            Constitution = "constitution.yaml",
            Prompts = new() { Train = "prompts.jsonl" },
            Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["rules"] = "settle" },
            Optimize = [],
        };
        await home.Get<RunTables>().Create(
            new() { Id = Run, Name = "test", Recipe = Json.Of(recipe), StartPolicy = StartPolicy, Constitution = constitution, CreatedAt = At },
            AsyncEnumerable.ToAsyncEnumerable<PromptRow>([.. prompts.Select((prompt, i) => new PromptRow { RunId = Run, Split = "evaluation", Ordinal = i, Id = prompt.Id, Body = Json.Of(prompt) })]),
            default);
        await home.host.StartAsync();
        return home;
    }

    /// <summary>The command of a round, planned as the coordinator does.</summary>
    public async Task<EvaluatePolicy> Plan(int round, int incumbent)
    {
        var id = RlaifId.Of(Run, round, "evaluation");
        var command = new EvaluatePolicy(id, Run, round, $"candidate of {round}", incumbent);
        await Get<WorkTables>().Plan(
            new() { RunId = Run, Round = round, Name = "evaluation", Total = 1, PlannedAt = At },
            AsyncEnumerable.ToAsyncEnumerable<CommandRow>([new() { Id = id, RunId = Run, Round = round, Stage = "evaluation", Kind = nameof(EvaluatePolicy), Body = Json.Of(command) }]),
            default);
        return command;
    }

    public Task Send(EvaluatePolicy command) => Get<IBus>().Publish(command, TestContext.Current.CancellationToken);

    public async Task<PolicyEvaluated> Answer() => await answers.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<EvaluationFigures> Evaluate(EvaluatePolicy command)
    {
        await Send(command);
        await Answer();
        return (await Get<EvaluationTables>().Of(Run, default)).Single(row => row.Round == command.Round).Read();
    }

    public async Task<string> Dump()
    {
        await using var connection = await Database.Open(default);
        return await TableDump.Of(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
