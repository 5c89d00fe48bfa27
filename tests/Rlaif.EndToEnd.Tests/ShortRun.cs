using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>The quickstart, shortened: two rounds of a few prompts through every stage, on homes that are gone afterwards.</summary>
internal sealed class ShortRun : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-run").FullName;

    public static string[] Settings =>
    [
        "--set", "rounds=2", "--set", "prompts.perRound=3", "--set", "evaluation.prompts=3", "--set", "sampling.maxNewTokens=24",
        "--set", "sampling.batchPrompts=8", "--set", "rewardModel.maxPairs=40", "--set", "rewardModel.checkpointSteps=1",
        "--set", "optimize.0.sft.batch=8", "--set", "optimize.1.dpo.batch=8", "--set", "optimize.1.dpo.checkpointSteps=2",
    ];

    public string Home(string name) => Path.Combine(folder, name);

    public string Summary(string name) => Path.Combine(folder, name + ".json");

    public string[] Command(string name, params string[] more) =>
        ["run", Repository.Path("recipes/quickstart.yaml"), "--home", Home(name), "--summary", Summary(name), .. Settings, .. more];

    /// <summary>Runs it to its end; the summary.</summary>
    public async Task<JsonElement> Finish(string name, CancellationToken cancel, params string[] more)
    {
        var (code, output) = await RlaifProcess.Run(cancel, Command(name, more));
        Assert.True(code == 0, output);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Summary(name), cancel));
        return json.RootElement.Clone();
    }

    public static string Bytes(JsonElement summary) => summary.GetProperty("checkpoint").GetProperty("sha256").GetString()!;

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
