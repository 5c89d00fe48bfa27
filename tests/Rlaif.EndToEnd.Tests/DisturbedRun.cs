using System.Globalization;
using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>A run on a deployment that is disturbed meanwhile. A client that loses its server, or is told that the run waits, asks again.</summary>
internal static class DisturbedRun
{
    public const string BeforeTheFirst = "before the first stage";

    private static readonly string[] Healing = ["cannot be reached", "are away", Scarcity.NoSpace];

    /// <returns>Its summary.</returns>
    public static async Task<JsonElement> Finish(ShortRun run, Deployment deployment, IDisturbance disturbance, int seed)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"seed{seed}");
        var cancel = TestContext.Current.CancellationToken;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stage = BeforeTheFirst;
        var disturbing = disturbance.Disturb(() => ended.IsCancellationRequested ? null : stage, cancel);
        while (true)
        {
            using var client = RlaifProcess.Start([.. run.Command(name, "--seed", $"{seed}", "--server", deployment.Server)]);
            client.OnLine = line => stage = line.StartsWith("event=stage-began", StringComparison.Ordinal) ? string.Join(' ', line.Split(' ')[2..4]) : stage;
            var waiting = client.Wait(cancel);
            if (await Task.WhenAny(waiting, disturbing) == disturbing)
            {
                await disturbing;       // it may have failed, and what it broke is not mended
            }

            var code = await waiting;
            if (code == 0)
            {
                break;
            }

            Assert.True(code == 2 && Healing.Any(reason => client.Output.Contains(reason, StringComparison.Ordinal)), client.Output);
        }

        await ended.CancelAsync();
        await disturbing;
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(run.Summary(name), cancel));
        return json.RootElement.Clone();
    }
}
