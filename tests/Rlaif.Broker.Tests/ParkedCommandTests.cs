using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Broker.Tests;

/// <summary>A message that a consumer fails on, as whoever runs a deployment sees it: in the log of the service, and by `rlaif parked`.</summary>
[Trait("Speed", "slow")]
public sealed class ParkedCommandTests(Servers servers) : IDisposable
{
    private const string Name = "parked", Queue = "rlaif-label_error";

    private static readonly PreferenceLabeled Misfit = new()
    {
        Id = RlaifId.Of("misfit"), RunId = RlaifId.Of("run"), PairId = RlaifId.Of("pair"), Pool = "mine", Labeler = "mine/\u001b[2J", Votes = [],
    };

    private readonly string home = Directory.CreateTempSubdirectory("rlaif-parked-").FullName;
    private readonly string server = $"http://127.0.0.1:{PrivateServers.FreePorts(1)}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_logged_with_its_run_and_id_and_can_be_listed_shown_sent_again_and_dropped()
    {
        var broker = await (await servers.Private).NewVirtualHost(Name);
        using var coordinator = RlaifProcess.Start(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["RLAIF_BROKER"] = broker, ["RLAIF_DATABASE"] = await (await servers.Private).NewDatabase(Name), ["RLAIF_LISTEN"] = server,
                ["RLAIF_HOME"] = home, ["RLAIF_TOKEN"] = Canaries.Token, ["RLAIF_LOG"] = "Warning", ["RLAIF_LOG_FORMAT"] = "json",
            },
            "serve", "coordinator");
        await Eventually.True(IsReady, "the coordinator is ready", glance: TimeSpan.FromMilliseconds(200));
        Assert.Contains("Nothing is parked.", await Parked("list"), StringComparison.Ordinal);
        await Poison.Send(new(new(broker), "guest", "guest"), "rlaif-label", (Json.Of(Misfit), null));
        await IsParked();
        var shown = await Parked("show", Queue);
        Assert.Contains($"Label {Misfit.Id} answers no command;", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
        await Eventually.True(() => Told(coordinator) == 1, "the failure is logged");

        Assert.Contains($"1 messages of {Queue} were sent again.", await Parked("replay", Queue), StringComparison.Ordinal);
        await Eventually.True(() => Told(coordinator) == 2, "it failed again");
        await IsParked();
        Assert.Contains($"1 messages of {Queue} were thrown away.", await Parked("drop", Queue), StringComparison.Ordinal);
        Assert.Contains("Nothing is parked.", await Parked(), StringComparison.Ordinal);
        Assert.Contains("This queue is empty.", await Parked("show", Queue), StringComparison.Ordinal);
        var (code, refused) = await Command("drop", "rlaif-label");
        Assert.True(code == 2 && refused.Trim().Split('\n').Length == 1 && refused.StartsWith("There is no queue of parked messages", StringComparison.Ordinal), refused);
        await coordinator.Terminate();
        Assert.Equal(0, await coordinator.Wait(Cancel));
        Assert.DoesNotContain(Canaries.Any, coordinator.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    /// <summary>How often the log says that it failed. Every line is an object; those about it name its run and its id.</summary>
    private static int Told(RlaifProcess coordinator) => coordinator.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line =>
    {
        using var json = JsonDocument.Parse(line);
        var (log, scopes) = (json.RootElement, json.RootElement.GetProperty("Scopes").EnumerateArray().ToList());
        return log.GetProperty("LogLevel").GetString() == "Error" && scopes.Exists(scope => Is(scope, "run", Misfit.RunId) && Is(scope, "message", Misfit.Id));
    });

    private static bool Is(JsonElement scope, string name, Guid id) =>
        scope.ValueKind == JsonValueKind.Object && scope.TryGetProperty(name, out var value) && value.GetString() == id.ToString();

    private async Task<bool> IsReady()
    {
        using var client = new HttpClient { BaseAddress = new(server) };
        try
        {
            using var answer = await client.GetAsync("/healthz/ready", Cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task IsParked() => Eventually.True(
        async () => (await Parked("list")).Split('\n').Any(line => line.Contains(Queue, StringComparison.Ordinal) && line.Contains(" 1", StringComparison.Ordinal)), "it is parked");

    private async Task<string> Parked(params string[] arguments)
    {
        var (code, output) = await Command(arguments);
        Assert.True(code == 0, output);
        return output;
    }

    private Task<(int ExitCode, string Output)> Command(params string[] arguments) => RlaifProcess.Run(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["RLAIF_SERVER"] = server, ["RLAIF_TOKEN"] = Canaries.Token }, Cancel, ["parked", .. arguments]);
}
