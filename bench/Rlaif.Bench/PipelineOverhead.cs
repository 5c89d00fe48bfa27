using Rlaif.Cli.Running;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>One round of the quickstart in one process, from its creation to its end, and the time for which the torch thread computed.</summary>
internal static class PipelineOverhead
{
    public static async Task<IReadOnlyList<Figure>> Measure(PrivateServers servers)
    {
        _ = servers;
        var folder = Directory.CreateTempSubdirectory("rlaif-bench-").FullName;
        try
        {
            var input = await RunInput.Read(BenchRun.Recipe("rounds=1"));
            await using var run = await EmbeddedRun.Start(input, new HomeFolder(folder), TimeProvider.System, default);
            var state = await run.State(default);
            while (state.EndedAt is null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
                state = await run.State(default);
                Assert.True(string.IsNullOrEmpty(state.PauseReason), state.PauseReason);
            }

            var wall = state.EndedAt.Value - state.CreatedAt;
            return
            [
                Figure.Plain("pipeline/round_seconds", wall.TotalSeconds),
                Figure.AtMost("pipeline/overhead_of_a_round", 1 - (TorchThread.Busy / wall), 0.03),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
