using System.Diagnostics;
using Rlaif.Cli.Running;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Cli.Tests.Running;

public sealed class RunInputTests : IDisposable
{
    private const string Start = "57a87";

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-input").FullName;

    [Fact]
    public async Task A_run_is_named_by_the_prompts_that_were_read_and_the_part_they_play()
    {
        var (one, two) = (Write("one", "a", "b", "c", "d", "e", "f"), Write("two", "u", "v", "w", "x", "y", "z"));
        var same = Write("again", "a", "b", "c", "d", "e", "f");
        var id = await Id(one, two, null);
        Assert.Equal(id, await Id(same, two, null));
        Assert.NotEqual(id, await Id(two, one, null));
        Assert.NotEqual(id, await Id(one, null, two));
        Assert.NotEqual(id, await Id(one, two, Write("three", "p")));
    }

    [Fact]
    public async Task A_run_on_the_cpu_keeps_the_name_from_before_there_was_a_choice()
    {
        var read = await RunInput.Read(Of(Write("one", "a", "b", "c", "d", "e", "f"), null, null));
        await using var policy = read.Policy;
        var input = read with { Constitution = read.Constitution with { Sha256 = "c0" } };
        Assert.Equal("2081285e-1e4d-5bbc-858a-216b90836d61", input.Id(Start).ToString());
        Assert.NotEqual(input.Id(Start), (input with { Recipe = input.Recipe with { Device = "cuda" } }).Id(Start));
    }

    [Fact]
    public async Task Precision_auto_is_the_run_that_names_what_the_table_has_for_this_machine()
    {
        var recipe = Of(Write("one", "a", "b", "c", "d", "e", "f"), null, null);
        var input = await RunInput.Read(recipe with { Precision = "auto" });
        await using var policy = input.Policy;
        Assert.Equal(FastestPrecision.OfThisMachine(DeviceKind.Cpu, ModelFolder.ReadConfig(recipe.Policy).HiddenSize).Precision, Numerics.Of(input.Recipe).Precision);
        var named = await RunInput.Read(recipe with { Precision = input.Recipe.Precision });
        await using var same = named.Policy;
        Assert.Equal(input.Id(Start), named.Id(Start));
        Assert.Contains("precision is auto", Assert.Throws<InputException>(() => Numerics.Of(recipe with { Precision = "auto" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_read_once_and_makes_the_run_of_the_file_behind_it()
    {
        var file = Write("one", "a", "b", "c", "d", "e", "f");
        var pipe = Path.Combine(folder, "pipe");
        using (var made = Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        using var writer = Process.Start("sh", ["-c", "cat \"$0\" > \"$1\"", file, pipe]);
        Assert.Equal(await Id(file, null, null), await Id(pipe, null, null));
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_constitution_of_a_run_is_the_text_that_was_read()
    {
        var recipe = Of(Write("one", "a", "b", "c", "d", "e", "f"), null, null);
        var input = await RunInput.Read(recipe);
        await using var policy = input.Policy;
        Assert.Equal(await File.ReadAllTextAsync(recipe.Constitution, TestContext.Current.CancellationToken), input.Constitution.Source);
    }

    [Theory]
    [InlineData(511, false, "and sampling.maxNewTokens 511 are 5")]
    [InlineData(250, true, "(sampling.maxNewTokens 250 each), the critique (revision.critiqueTokens 48)")]
    public async Task What_does_not_fit_into_the_policys_positions_is_told_at_the_start(int newTokens, bool revision, string told)
    {
        var recipe = Of(Write("one", "a", "b", "c", "d", "e", "f"), null, null);
        var longer = recipe with { Sampling = recipe.Sampling with { MaxNewTokens = newTokens }, Revision = new() { Enabled = revision } };
        var refused = await Assert.ThrowsAsync<InputException>(() => RunInput.Read(longer));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        Assert.Contains("the policy has 512 positions; lower prompts.maxTokens (now 256), sampling.maxNewTokens", refused.Message, StringComparison.Ordinal);
        var without = await RunInput.Read(longer with { Sampling = recipe.Sampling, Revision = new() { Enabled = revision } });
        await without.Policy.DisposeAsync();
    }

    [Fact]
    public async Task A_prompt_that_the_chat_template_refuses_is_named()
    {
        var model = Path.Combine(folder, "model");
        Directory.CreateDirectory(model);
        Array.ForEach(Directory.GetFiles(Repository.Path("models/tiny")), file => File.Copy(file, Path.Combine(model, Path.GetFileName(file))));
        await File.WriteAllTextAsync(Path.Combine(model, "chat_template.jinja"), "{{ raise_exception('no questions') }}", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<InputException>(() => RunInput.Read(Of(Write("one", "a"), null, null) with { Policy = model }));
        Assert.StartsWith("Prompt one-a cannot be asked: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no questions", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcripts_of_which_no_prompt_is_made_are_told_by_number_and_the_first_by_its_line()
    {
        var file = Write("one", "a", "b", "c", "d", "e", "f");
        await File.AppendAllLinesAsync(
            file, Enumerable.Repeat("""{"chosen":"Human: x","rejected":"\n\nHuman: x"}""", 2), TestContext.Current.CancellationToken);
        var input = await RunInput.Read(Of(file, null, null));
        await using var policy = input.Policy;
        Assert.Equal(
            $"{file}: 2 transcripts left out, the first in line 7 because it does not begin with a turn of Human.", Assert.Single(input.LeftOut));
    }

    [Fact]
    public async Task The_starting_policy_is_named_by_its_size_after_its_weights_are_gone()
    {
        var input = await RunInput.Read(Of(Write("one", "a", "b", "c", "d", "e", "f"), null, null));
        await using var policy = input.Policy;
        var before = policy.Parameters;
        await policy.Store(new(Path.Combine(folder, "artifacts")), TestContext.Current.CancellationToken);
        Assert.Equal(before, policy.Parameters);
        await Assert.ThrowsAnyAsync<Exception>(() => policy.Store(new(Path.Combine(folder, "artifacts")), TestContext.Current.CancellationToken));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<Guid> Id(string train, string? evaluation, string? demo)
    {
        var input = await RunInput.Read(Of(train, evaluation, demo));
        await using var policy = input.Policy;
        return input.Id(Start);
    }

    private static Recipe Of(string train, string? evaluation, string? demo) => new()
    {
        Name = "input",
        Policy = Repository.Path("models/tiny"),
        Constitution = Repository.Path("constitutions/brief.yaml"),
        Rounds = 1,
        Prompts = new() { Train = train, Evaluation = evaluation, Demo = demo, PerRound = 2 },
        Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["rules"] = "settle" },
        Optimize = [new() { Dpo = new() }],
        Evaluation = new() { Prompts = 2, DemoPrompts = 1 },
    };

    private string Write(string name, params string[] prompts)
    {
        var file = Path.Combine(folder, name + ".jsonl");
        var origin = name == "again" ? "one" : name;
        File.WriteAllLines(file, prompts.Select(prompt => $$"""{"id":"{{origin}}-{{prompt}}","prompt":"What is {{prompt}}?"}"""));
        return file;
    }
}
