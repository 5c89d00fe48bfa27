using System.IO.Compression;
using System.Text;
using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Prompts;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Prompts;

public sealed class PromptFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-prompts").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_null_is_as_good_as_nothing()
    {
        var read = PromptFile.Read(Write("""{"prompt":"a","tag":null,"expect":null,"safety":null}""", """{"prompt":"b","expect":{"any":null,"case":null,"minWords":3}}""")).ToList();
        Assert.Null(read[0].Prompt.Expectation);
        Assert.Equal((0, 3), (read[1].Prompt.Expectation!.Any.Count, read[1].Prompt.Expectation!.MinWords));
    }

    [Fact]
    public void Our_form_carries_tag_expectation_and_safety()
    {
        const string Expect = """{"any":["2","two"],"all":["is"],"none":["3"],"case":true,"minWords":2,"pattern":"^I"}""";
        var read = Assert.Single(PromptFile.Read(Write($$"""{"id":"a","prompt":"How many?","tag":"arith","expect":{{Expect}},"safety":"border"}""")));
        Assert.Equal(("a", "arith"), (read.Prompt.Id, read.Prompt.Tag));
        Assert.Equal([new Turn("user", "How many?")], read.Prompt.Turns);
        var expectation = read.Prompt.Expectation!;
        Assert.Equal(["2,two", "is", "3"], new[] { expectation.Any, expectation.All, expectation.None }.Select(words => string.Join(',', words)));
        Assert.Equal((true, 2, "^I", Safety.Border), (expectation.Case, expectation.MinWords, expectation.Pattern, expectation.Safety));
    }

    [Fact]
    public void A_bare_prompt_is_named_by_its_line_and_its_turns()
    {
        const string Bare = """{"prompt":"a"}""";
        var read = PromptFile.Read(Write(Bare, "", Bare, """{"prompt":[{"role":"user","content":"a"}],"source":"x"}"""));
        Assert.All(read, loaded => Assert.Null(loaded.Prompt.Expectation));
        Assert.Equal(["1", "3", "4"], read.Select(loaded => loaded.Prompt.Id.Split('-')[0]));
        Assert.Matches("^[0-9a-f]{8}$", Assert.Single(read.Select(loaded => loaded.Prompt.Id.Split('-')[1]).Distinct()));
    }

    [Fact]
    public void Messages_end_before_their_last_assistant_turn()
    {
        const string System = """{"role":"system","content":"Be kind."},{"role":"user","content":"a"}""";
        var read = PromptFile.Read(Write($$"""{"messages":[{{System}},{"role":"assistant","content":"b"}]}""", $$"""{"messages":[{{System}}]}"""));
        Assert.All(read, loaded => Assert.Equal([new Turn("system", "Be kind."), new Turn("user", "a")], loaded.Prompt.Turns));
    }

    [Fact]
    public void Two_transcripts_are_their_shared_dialogue_and_two_answers()
    {
        const string Dialogue = "\\n\\nHuman: Say: \\nAssistant: x\\n\\nAssistant: y\\n\\nHuman: z: \\n\\nmore";
        var read = Assert.Single(PromptFile.Read(Write(Pair(Dialogue, " good: yes ", " bad"))));
        Assert.Equal([new("user", "Say: \nAssistant: x"), new("assistant", "y"), new("user", "z: \n\nmore")], read.Prompt.Turns);
        Assert.Equal(("good: yes", "bad"), (read.HumanChosen, read.HumanRejected));
    }

    [Fact]
    public void A_transcript_that_is_none_is_dropped_with_its_reason()
    {
        PromptFile.Read(
            Write(
                Pair("\\n\\nHuman: a", " b", " c"),
                """{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: A\n\nAssistant: c"}""",
                Pair("\\n\\nHuman: a\\n\\nAssistant: b\\n\\nAssistant: b", " b", " c"),
                Pair("\\n\\nHuman: a", "", " c"),
                Pair("\\n\\nHuman: a", " b", " b"),
                Pair("Human: a", " b", " c"),
                """{"chosen":"\n\nHuman: a","rejected":"\n\nHuman: a"}"""),
            out var dropped);
        Assert.Equal(
            [
                (2, "its dialogues differ before their last answers"),
                (3, "its speakers do not take turns, Human first"),
                (4, "a turn is empty"),
                (5, "both answers are the same"),
                (6, "it does not begin with a turn of Human"),
                (7, "it does not end with an answer"),
            ],
            dropped.Select(row => (row.Line, row.Reason)));
    }

    [Fact]
    public void The_harmless_base_test_set_loads_but_for_thirteen_rows()
    {
        var read = PromptFile.Read(Fixtures.Shared("data/hh-harmless-base-test/test.jsonl.gz"), out var dropped);
        Assert.Equal((2299, 13), (read.Count, dropped.Count));
        Assert.Equal([9, 4], dropped.CountBy(row => row.Reason).Select(reason => reason.Value).OrderDescending());
        Assert.Equal(1641, read.Count(loaded => loaded.Prompt.Turns.Count > 1));
        Assert.DoesNotContain(read.SelectMany(loaded => loaded.Prompt.Turns), turn => turn.Content.Contains("\n\nHuman:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("test.jsonl", 1319)]
    [InlineData("train.jsonl.gz", 7473)]
    public void Every_solution_of_gsm8k_loads_and_comes_to_its_own_answer(string file, int count)
    {
        var read = PromptFile.Read(Fixtures.Shared($"data/gsm8k/{file}"));
        Assert.Equal(count, read.Count);
        Assert.All(read, loaded =>
        {
            var solution = loaded.Prompt.Expectation!.Answer!;
            Assert.True(FinalAnswer.Same(solution, solution));
            // What stands behind the mark, in a sentence of its own: the parser finds the same without the mark.
            var answer = solution.Split("#### ")[1];
            Assert.True(FinalAnswer.Same(solution, $"So 1 and 2 make it: the answer is {answer}."), answer);
            Assert.True(FinalAnswer.Same(solution, $"\\boxed{{{answer}}}"), answer);
            Assert.False(FinalAnswer.Same(solution, $"The answer is {answer}1."), answer);
        });
    }

    [Theory]
    [InlineData("train", 1595)]
    [InlineData("evaluation", 600)]
    [InlineData("demo", 150)]
    public void The_quickstarts_prompts_load(string name, int count)
    {
        var read = PromptFile.Read(Repository.Path($"prompts/quickstart/{name}.jsonl"));
        Assert.Equal(count, read.Count);
        Assert.All(read, loaded => Assert.NotNull(loaded.Prompt.Expectation));
        Assert.All(read, loaded => Assert.NotNull(loaded.Prompt.Tag));
    }

    [Theory]
    [InlineData("""{"prompt":""", "is not JSON: ")]
    [InlineData("""[1]""", ": a prompt is a JSON object, this is a list.")]
    [InlineData("""{"text":"a"}""", ": it has none of prompt, messages, chosen with rejected, or question with answer; one of these holds the prompt.")]
    [InlineData("""{"prompt":3}""", ": prompt must be a list of {\"role\", \"content\"}, this is a number.")]
    [InlineData("""{"prompt":" "}""", ": prompt is empty.")]
    [InlineData("""{"prompt":"\ud800"}""", ": prompt holds half of a surrogate pair, which is no text.")]
    [InlineData("""{"prompt":[{"role":"tool","content":"a"}]}""", ": each entry of prompt needs a role (system, user or assistant) and a content.")]
    [InlineData("""{"messages":[{"role":"assistant","content":"a"}]}""", ": the dialogue must end with a user turn that the policy can answer.")]
    [InlineData("""{"prompt":"a","safety":"bad"}""", ": safety must be safe, unsafe or border, this is bad.")]
    [InlineData("""{"prompt":"a","expect":{"anny":["b"]}}""", ": expect.anny is not known; known are any, all, none, case, minWords, pattern and answer.")]
    [InlineData("""{"prompt":"a","expect":{"anny":null}}""", ": expect.anny is not known; known are any, all, none, case, minWords, pattern and answer.")]
    [InlineData("""{"prompt":"a","expect":{"any":"b"}}""", ": expect.any must be a list of words, this is a text.")]
    [InlineData("""{"prompt":"a","expect":{"minWords":-1}}""", ": expect.minWords is -1, which is not possible.")]
    [InlineData("""{"prompt":"a","expect":{"pattern":"("}}""", ": expect.pattern is not a regular expression: ")]
    [InlineData("""{"prompt":"a","id":"first"}""", ": id first is that of line 1 too; give each prompt an id of its own.")]
    public void A_broken_line_is_told_with_its_number(string line, string told)
    {
        var path = Write("""{"prompt":"a","id":"first"}""", line);
        Assert.StartsWith($"{path}, line 2{(told[0] == ':' ? "" : " ")}{told}", ErrorOf(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_one_sentence()
    {
        Assert.EndsWith("nosuch.jsonl: there is no such file.", ErrorOf(Path.Combine(folder, "nosuch.jsonl")), StringComparison.Ordinal);
        Assert.StartsWith("Cannot read prompts from ", ErrorOf(folder), StringComparison.Ordinal);
        Assert.Contains("holds no prompt; write one JSON object per line", ErrorOf(Write("", " ")), StringComparison.Ordinal);
        Assert.Contains("that of line 1 because a turn is empty", ErrorOf(Write(Pair("\\n\\nHuman:", " b", " c"))), StringComparison.Ordinal);

        var plain = Path.Combine(folder, "plain.jsonl.gz");
        File.WriteAllText(plain, """{"prompt":"a"}""");
        Assert.EndsWith("it is not a whole gzip file; line 1 cannot be decompressed.", ErrorOf(plain), StringComparison.Ordinal);

        var latin = Path.Combine(folder, "latin.jsonl");
        File.WriteAllBytes(latin, [.. "{\"prompt\":\""u8, 0xE9, .. "\"}"u8]);
        Assert.Contains("is not UTF-8 text", ErrorOf(latin), StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_file_is_read_and_a_cut_one_is_an_error()
    {
        var path = Path.Combine(folder, "p.jsonl.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{{\"prompt\":\"{i * 7919 % 5003}\"}}\n"))));
        }

        Assert.Equal(5000, PromptFile.Read(path).Count);
        // Also where the cut leaves whole lines: the loss must not depend on luck.
        var whole = File.ReadAllBytes(path);
        foreach (var cut in new[] { 1, 4, 9, 500, whole.Length - 12 })
        {
            File.WriteAllBytes(path, whole[..^cut]);
            Assert.Contains("is not a whole gzip file", ErrorOf(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Junk_is_an_input_error_or_prompts()
    {
        var path = Path.Combine(folder, "junk.jsonl");
        Gen.String[Gen.Char["{}[]\":,prompt messagchojdx012\\un\n"], 0, 80].Sample(
            text =>
            {
                File.WriteAllText(path, """{"prompt":"a"}""" + "\n" + text);
                try
                {
                    PromptFile.Read(path);
                }
                catch (InputException)
                {
                    // Told.
                }
            },
            iter: 500,
            threads: 1);
    }

    private string Write(params string[] lines)
    {
        var path = Path.Combine(folder, "p.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }

    private static string Pair(string dialogue, string chosen, string rejected) =>
        $$"""{"chosen":"{{dialogue}}\n\nAssistant:{{chosen}}","rejected":"{{dialogue}}\n\nAssistant:{{rejected}}"}""";

    private static string ErrorOf(string path) => Assert.Throws<InputException>(() => PromptFile.Read(path)).Message;
}
