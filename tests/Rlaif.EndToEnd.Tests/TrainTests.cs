using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

// One collection: every test starts the whole product with two tensor threads, and two at once would fight for the cores.
[Collection("product")]
public sealed class TrainTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-train").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact, Trait("Speed", "slow")]
    public async Task What_a_round_trained_is_trained_to_the_same_bytes_from_its_files()
    {
        using var run = new ShortRun();
        await run.Finish("loop", Cancel, "--set", "rounds=1");
        var artifacts = Path.Combine(run.Home("loop"), "artifacts");
        var trained = Directory.EnumerateFiles(artifacts, "manifest.json", SearchOption.AllDirectories).Select(file => (Folder: Path.GetDirectoryName(file)!, Manifest: Read(file)))
            .Where(one => one.Manifest.TryGetProperty("algorithm", out _)).ToList();
        Assert.Equal(["bradley-terry", "dpo", "sft"], trained.Select(one => one.Manifest.GetProperty("algorithm").GetString()).Order(StringComparer.Ordinal));
        string Artifact(JsonElement manifest, string name) => Path.Combine(artifacts, manifest.GetProperty(name).GetString()![..2], manifest.GetProperty(name).GetString()!);
        foreach (var (made, manifest) in trained)
        {
            var algorithm = manifest.GetProperty("algorithm").GetString()!;
            var isReward = algorithm == "bradley-terry";
            var recipe = isReward ? manifest.GetProperty("recipe") : manifest.GetProperty("recipe").GetProperty(algorithm);
            var settings = recipe.EnumerateObject().Concat(manifest.GetProperty("numerics").EnumerateObject())
                .Where(setting => setting.Name is not ("maxPairs" or "replay")).SelectMany(setting => (string[])["--set", $"{setting.Name}={(setting.Name == "precision" ? setting.Value.GetString()!.ToLowerInvariant() : setting.Value)}"]);
            var output = Path.Combine(folder, algorithm);
            var (code, told) = await RlaifProcess.Run(Cancel,
            [
                "train", isReward ? "reward" : algorithm, "--model", Artifact(manifest, "start"), "--data", Path.Combine(Artifact(manifest, "data"), "data.jsonl"),
                "--seed", manifest.GetProperty("seed").GetUInt64().ToString(CultureInfo.InvariantCulture), "--out", output, .. settings,
            ]);
            Assert.True(code == 0, told);
            Assert.Equal(Sha256(made), Sha256(output));
        }
    }

    [Fact]
    public async Task Asked_for_fingerprints_a_training_has_them_among_its_metrics()
    {
        var data = Path.Combine(folder, "few.jsonl");
        await File.WriteAllLinesAsync(data, ["""{"prompt":"One and one?","completion":"Two."}"""], Cancel);
        var (code, told) = await RlaifProcess.Run(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["RLAIF_FINGERPRINTS"] = "on" }, Cancel,
            "train", "sft", "--model", Repository.Path("models/tiny"), "--data", data, "--out", Path.Combine(folder, "looked"), "--set", "epochs=1", "--set", "threads=1");
        Assert.True(code == 0, told);
        var metrics = await File.ReadAllTextAsync(Path.Combine(folder, "looked", "metrics.jsonl"), Cancel);
        Assert.All(["weights", "ids", "tables", "layer_0", "gradients"], name => Assert.Contains($"fingerprint/{name}", metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_and_started_again_a_training_ends_in_the_bytes_of_a_calm_one()
    {
        var data = Path.Combine(folder, "data.jsonl");
        await File.WriteAllLinesAsync(data, Enumerable.Range(0, 40).Select(i => $$"""{"prompt":"Name number {{i}}.","completion":"It is {{i * 37}}."}"""), Cancel);
        string[] Command(string output) =>
        [
            "train", "sft", "--model", Repository.Path("models/tiny"), "--data", data, "--out", Path.Combine(folder, output),
            "--set", "batch=4", "--set", "epochs=4", "--set", "checkpointSteps=1", "--set", "threads=1",
        ];
        var (code, told) = await RlaifProcess.Run(Cancel, Command("calm"));
        Assert.True(code == 0, told);
        using (var process = RlaifProcess.Start(Command("hurt")))
        {
            var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            process.OnLine = line =>
            {
                if (line.StartsWith("event=step", StringComparison.Ordinal))
                {
                    working.TrySetResult();
                }
            };
            await Task.WhenAny(working.Task, process.Wait(Cancel));
            await process.KillAfter(TimeSpan.Zero, Cancel);
        }

        (code, told) = await RlaifProcess.Run(Cancel, Command("hurt"));
        Assert.True(code == 0, told);
        Assert.Equal(Sha256(Path.Combine(folder, "calm")), Sha256(Path.Combine(folder, "hurt")));
        (code, told) = await RlaifProcess.Run(Cancel, Command("hurt"));
        Assert.True(code == 0, told);
        Assert.Contains("it is finished; nothing was done.", told, StringComparison.Ordinal);
    }

    private static string Sha256(string model) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(model, "model.safetensors"))));

    private static JsonElement Read(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return json.RootElement.Clone();
    }
}
