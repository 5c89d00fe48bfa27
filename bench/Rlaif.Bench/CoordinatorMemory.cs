using System.Diagnostics;
using System.Globalization;
using Rlaif.Cli.Remote;
using Rlaif.Contracts;
using Rlaif.Coordinator.Api;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>A coordinator as a process of its own takes a run over HTTP, stores its prompts and plans who answers them. Its peak is the
/// kernel's word (VmHWM).</summary>
internal static class CoordinatorMemory
{
    private const int Few = 100_000, Many = 1_000_000;

    public static async Task<IReadOnlyList<Figure>> Measure()
    {
        await using var servers = await PrivateServers.Start();
        var few = await Peak(servers, Few);
        var many = await Peak(servers, Many);
        return
        [
            Figure.Plain($"coordinator/peak_mb_with_{Few}_prompts", few),
            Figure.Plain($"coordinator/peak_mb_with_{Many}_prompts", many),
            Figure.AtMost("coordinator/peak_with_10_times_the_prompts", many / few, 1.1),
        ];
    }

    private static async Task<double> Peak(PrivateServers servers, int prompts)
    {
        await using var run = await BenchRun.Create(servers, $"coordinator-memory-{prompts}");
        using var coordinator = Start(run);
        try
        {
            using var server = new Server(run.Deployment.Listen);
            await Ready(server, coordinator);
            var id = await Create(run, server, prompts);
            await Planned(run, id, "start");
            await run.Respond(id, "start", samples: 1);
            await Planned(run, id, "responses");
            Assert.Equal((prompts + 63) / 64, await run.Count("select count(*) from command where run_id = @id and stage = 'responses'", new { id }));
            var peak = (await File.ReadAllLinesAsync($"/proc/{coordinator.Id}/status")).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        finally
        {
            coordinator.Kill(entireProcessTree: true);
            await coordinator.WaitForExitAsync();
        }
    }

    private static Process Start(BenchRun run)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rlaif.dll"), "serve", "coordinator"]) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["RLAIF_HOME"] = run.Deployment.Home.Path, ["RLAIF_BROKER"] = run.Deployment.Broker!.Address.ToString(), ["RLAIF_DATABASE"] = run.Deployment.ConnectionString!,
            ["RLAIF_LISTEN"] = run.Deployment.Listen.ToString(), ["RLAIF_REPLICA"] = "coordinator-1", ["RLAIF_LOG"] = "error",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task Ready(Server server, Process coordinator)
    {
        while (true)
        {
            Assert.False(coordinator.HasExited, "The coordinator has ended.");
            try
            {
                await server.Get<object>("/v1/runs", default);
                return;
            }
            catch (Recipes.InputException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private static async Task<Guid> Create(BenchRun run, Server server, int prompts)
    {
        var store = new ArtifactStore(Path.Combine(run.Deployment.Home.Path, "client"), "client");
        var policy = await store.AddText("policy", "config.json", "{}", default);
        var drawn = Enumerable.Range(0, prompts).Select(i => Row("train", 1, i)).Append(Row("evaluation", 0, 0));
        var file = await RunPrompts.Store(store, drawn, default);
        foreach (var artifact in new[] { policy, file })
        {
            await server.Put($"/v1/artifacts/{artifact}", body => ArtifactTransfer.Write(store, artifact, body, default), default);
        }

        var id = RlaifId.Of("coordinator memory", prompts);
        var recipe = BenchRun.Recipe("rounds=1", "sampling.batchPrompts=64", $"prompts.perRound={prompts}");
        await server.Post<RunState>(
            "/v1/runs",
            new RunDocument
            {
                Id = id, Name = "memory", Recipe = Json.Of(recipe), Seed = 1, StartPolicy = policy, Prompts = file,
                Constitution = await File.ReadAllTextAsync(Repository.Path("constitutions/everyday.yaml")),
            },
            default);
        return id;
    }

    private static PromptRow Row(string split, int round, int i)
    {
        var prompt = new Prompt($"{split}-{i}", [new("user", $"Please tell me in one sentence what comes after {i}, and why anybody should care about it.")]);
        return new() { Split = split, Round = round, Ordinal = i, Id = prompt.Id, Body = Json.Of(prompt) };
    }

    private static async Task Planned(BenchRun run, Guid id, string stage) =>
        await run.Watch("select count(*) from stage where run_id = @id and name = @stage", new { id, stage }, 1, TimeSpan.FromMilliseconds(200));
}
