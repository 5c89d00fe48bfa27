using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

[Collection("product")]
public sealed class VerifiableAnswerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-answers").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Prompts in the form of GSM8K; the reward knows their answers and there is no reward model in it.
    [Fact, Trait("Speed", "slow")]
    public async Task Rewards_of_right_answers_raise_their_rate()
    {
        var sums = from a in Enumerable.Range(1, 9)
                   from b in Enumerable.Range(1, 9)
                   select $$"""{"question":"What is {{a}} plus {{b}}?","answer":"{{a}} + {{b}} = <<{{a}}+{{b}}={{a + b}}>>{{a + b}}\n#### {{a + b}}"}""";
        var prompts = Path.Combine(folder, "sums.jsonl");
        await File.WriteAllLinesAsync(prompts, sums, Cancel);
        var home = Path.Combine(folder, "home");
        const string Grpo = "{grpo: {learningRate: 3e-4, warmupSteps: 0, epochs: 6, batch: 16, maxNewTokens: 24, rewards: {answer: 1}}}";
        var (code, output) = await RlaifProcess.Run(
            Cancel, "run", Repository.Path("recipes/reward-hacking.yaml"), "--home", home, "--prompts", prompts, "--set", "prompts.balance=false", "--set", "prompts.perRound=64",
            "--set", "evaluation.prompts=8", "--set", "evaluation.demoPrompts=0", "--set", $"optimize=[{Grpo}]");
        Assert.True(code == 0, output);
        var id = (await RlaifProcess.Run(Cancel, "runs", "--home", home)).Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).First(word => word.Length == 8 && word.All(char.IsAsciiHexDigit));
        using var shown = JsonDocument.Parse((await RlaifProcess.Run(Cancel, "show", id, "--json", "--home", home)).Output);
        var right = shown.RootElement.GetProperty("metrics").EnumerateArray().First(one => one.GetProperty("name").GetString() == "reward/answer_mean");
        var (first, last) = (right.GetProperty("first").GetDouble(), right.GetProperty("last").GetDouble());
        TestContext.Current.TestOutputHelper?.WriteLine($"right answers: {first:0.000} to {last:0.000}");
        Assert.True(last > first + 0.15, $"right answers went from {first:0.000} to {last:0.000}");
    }
}
