using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

// One collection: every test starts the whole product with two tensor threads, and two at once would fight for the cores.
[Collection("product")]
public class BadInputTests
{
    public static TheoryData<string, string[]> Cases()
    {
        var quickstart = Repository.Path("recipes/quickstart.yaml");
        var tiny = Repository.Path("models/tiny");
        return new()
        {
            { "nosuch", ["run", "nosuch.yaml"] },
            { "ronds", ["run", quickstart, "--set", "ronds=3"] },
            { "--bogus", ["run", quickstart, "--bogus"] },
            { "nosuch.gguf", ["run", quickstart, "--policy", "nosuch.gguf"] },
            { "rounds", ["run", quickstart, "--rounds", "0"] },
            { "nosuch.jsonl", ["run", quickstart, "--prompts", "nosuch.jsonl"] },
            { "--policy", ["run", quickstart, "--policy", ""] },
            { "--prompts", ["run", quickstart, "--prompts", " "] },
            { "sampling.maxNewTokens", ["run", quickstart, "--set", "sampling.maxNewTokens=5000"] },
            { "nosuch-folder", ["run", quickstart, "--summary", "nosuch-folder/summary.json"] },
            { "README.md", ["pretrain", Repository.Path("recipes/tiny-base.yaml"), "--out", Repository.Path("README.md")] },
            { "nosuch.jsonl", ["train", "dpo", "--model", tiny, "--data", "nosuch.jsonl", "--out", "nosuch-out"] },
            { "bta", ["train", "dpo", "--model", tiny, "--data", quickstart, "--out", "nosuch-out", "--set", "bta=1"] },
            { "--reference", ["train", "sft", "--model", tiny, "--data", quickstart, "--out", "nosuch-out", "--reference", tiny] },
            { "line 1 is not JSON", ["train", "sft", "--model", tiny, "--data", quickstart, "--out", "nosuch-out"] },
            { "README.md", ["train", "sft", "--model", tiny, "--data", quickstart, "--out", Repository.Path("README.md")] },
            { "is a policy", ["score", "--model", tiny, "--data", quickstart, "--out", "nosuch-out"] },
            { "nosuch", ["show", "nosuch"] },
            { "nosuch", ["explain", "nosuch"] },
            { "nosuch", ["generate", "--model", "nosuch", "--prompt", "x"] },
            { "nosuch.yaml", ["constitution", "check", "nosuch.yaml"] },
            { "FILE", ["constitution", "check", ""] },
        };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Bad_input_is_one_sentence_and_exit_code_2_and_leaves_nothing_behind(string named, string[] arguments)
    {
        var home = Path.Combine(Path.GetTempPath(), $"rlaif-bad-{Environment.ProcessId}-{named.Length}-{arguments.Length}");
        var (code, output) = await RlaifProcess.Run(TestContext.Current.CancellationToken, [.. arguments, "--home", home]);
        Assert.True(code == 2, output);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
        Assert.InRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 6);
        Assert.False(Directory.Exists(home));
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("show", "7f3a")]
    [InlineData("explain", "7f3a")]
    [InlineData("run", "recipes/quickstart.yaml")]
    public async Task A_damaged_database_and_an_empty_home_are_one_sentence_and_exit_code_2(params string[] arguments)
    {
        var home = Directory.CreateTempSubdirectory("rlaif-damaged-").FullName;
        var cancel = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(Path.Combine(home, "rlaif.db"), new string('x', 5000), cancel);
        foreach (var (named, path) in new[] { ("rlaif.db", home), ("--home", "") })
        {
            var (code, output) = await RlaifProcess.Run(cancel, [.. arguments, "--home", path]);
            Assert.True(code == 2, output);
            Assert.Contains(named, output, StringComparison.Ordinal);
            Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        Directory.Delete(home, recursive: true);
    }
}
