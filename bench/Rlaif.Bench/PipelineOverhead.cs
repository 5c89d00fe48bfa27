using Rlaif.Cli.Running;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>One round in one process, from its creation to its end, beside the time for which the torch thread computed: of the real model's
/// recipe with a quarter of its prompts, where the promise holds, and of the quickstart, whose model is so small that its labels show.</summary>
internal static class PipelineOverhead
{
    public static async Task<IReadOnlyList<Figure>> Measure()
    {
        var (wall, overhead) = await Round(RecipeFile.Read(Repository.Path("recipes/quickstart.yaml"), ["rounds=1"]));
        List<Figure> figures = [Figure.Plain("pipeline/quickstart_round_seconds", wall.TotalSeconds), Figure.Plain("pipeline/overhead_of_a_quickstart_round", overhead)];
        if (!RealModel.IsHere())
        {
            return [.. figures, Figure.NotMeasured("pipeline/overhead_of_a_round", "at most 0.03")];
        }

        (wall, overhead) = await Round(RecipeFile.Read(
            Repository.Path("recipes/smollm2.yaml"),
            [$"policy={RealModel.Model}", $"prompts.train={RealModel.Prompts}", "prompts.perRound=16", "evaluation.prompts=12", "judge.calibrationPairs=0", "rewardModel.maxPairs=20"]));
        return [.. figures, Figure.Plain("pipeline/round_seconds", wall.TotalSeconds), Figure.AtMost("pipeline/overhead_of_a_round", overhead, 0.03)];
    }

    private static async Task<(TimeSpan Wall, double Overhead)> Round(Recipe recipe)
    {
        var folder = Directory.CreateTempSubdirectory("rlaif-bench-").FullName;
        try
        {
            var input = await RunInput.Read(recipe);
            var busy = TorchThread.Busy;
            await using var run = await EmbeddedRun.Start(input, new HomeFolder(folder), TimeProvider.System, default);
            var state = await run.State(default);
            while (state.EndedAt is null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
                state = await run.State(default);
                Assert.True(string.IsNullOrEmpty(state.PauseReason), state.PauseReason);
            }

            var wall = state.EndedAt.Value - state.CreatedAt;
            return (wall, 1 - ((TorchThread.Busy - busy) / wall));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
