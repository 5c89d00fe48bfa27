using System.Text.Json;
using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Datasets;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Tests.Datasets;

public sealed class DatasetReaderTests : DataFolder
{
    private const string NotOfRun = "asked must be what a run writes beside the token ids of a prompt, turns that end with a user's and an expectation; leave it out, or write the prompt as a text.";

    private const string Hello = """[{"role":"user","content":"hi"}]""";

    [Theory]
    [InlineData("""{"prompt":"hi","chosen":"yes","rejected":" no "}""", "u:hi > yes | no @ 1")]
    [InlineData($$"""{"prompt":{{Hello}},"chosen":[{"role":"assistant","content":"yes"}],"rejected":[{"role":"assistant","content":"no"}]}""", "u:hi > yes | no @ 1")]
    [InlineData($$"""{"prompt":{{Hello}},"chosen":"yes","rejected":"no","probability":0.8}""", "u:hi > yes | no @ 0.8")]
    [InlineData("""{"chosen":[{"role":"user","content":"hi"},{"role":"assistant","content":"yes"}],"rejected":[{"role":"user","content":"hi"},{"role":"assistant","content":"no"}]}""", "u:hi > yes | no @ 1")]
    // The text of a prompt beside whole dialogues, as in ultrafeedback_binarized.
    [InlineData("""{"prompt":"hi","chosen":[{"role":"user","content":"hi"},{"role":"assistant","content":"yes"}],"rejected":[{"role":"user","content":"hi"},{"role":"assistant","content":"no"}],"score_chosen":8}""", "u:hi > yes | no @ 1")]
    [InlineData("""{"chosen":"\n\nHuman: hi\n\nAssistant: yes","rejected":"\n\nHuman: hi\n\nAssistant: no"}""", "u:hi > yes | no @ 1")]
    [InlineData("""{"prompt":"\n\nHuman: hi\n\nAssistant:","chosen":" yes","rejected":" no"}""", "u:hi > yes | no @ 1")]
    [InlineData("""{"source":"7f","prompt":[1,2],"chosen":[3,4],"rejected":[5],"preference":0.75}""", "[1 2] > [3 4] | [5] @ 0.75")]
    public void Every_shape_of_a_pair_is_read(string row, string read)
    {
        Assert.Equal([read], Read(DatasetShape.Pairs, Lines(row)).Items.Select(Shown));
        Assert.Equal([read], Read(DatasetShape.Judged, Lines(row)).Items.Select(Shown));
        Assert.Equal([read.Split(" > ")[0]], Read(DatasetShape.Prompts, Lines(row)).Items.Select(Shown));
        Assert.Equal(2, Read(DatasetShape.Scored, Lines(row)).Items.Count);
    }

    [Theory]
    [InlineData("""{"prompt":"hi","completion":"yes","label":true}""", "u:hi > yes @ 1")]
    [InlineData("""{"prompt":"hi","completion":"yes","label":false}""", "u:hi > yes @ 0")]
    [InlineData("""{"prompt":"hi","completion":[{"role":"assistant","content":"yes"}],"label":0.25}""", "u:hi > yes @ 0.25")]
    [InlineData("""{"prompt":[1],"response":[2],"label":1}""", "[1] > [2] @ 1")]
    public void Every_shape_of_a_judged_answer_is_read(string row, string read) => Assert.Equal([read], Read(DatasetShape.Judged, Lines(row)).Items.Select(Shown));

    [Theory]
    [InlineData("""{"text":"Once upon"}""", "Once upon")]
    [InlineData("""{"prompt":"hi","completion":"yes"}""", "u:hi > yes")]
    [InlineData("""{"prompt":[1,2],"response":[3]}""", "[1 2] > [3]")]
    [InlineData("""{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}""", "s:s u:a > b", "s:s u:a a:b u:c > d")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}""", "u:a > b")]
    [InlineData("""{"prompt":[{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}""", "u:a > b", "u:a a:b u:c > d")]
    [InlineData("""{"messages":[{"role":"assistant","content":"Welcome"},{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]}]}""", "a:Welcome u:a > b")]
    public void Every_answer_of_a_dialogue_is_learnt_behind_what_was_said_before(string row, params string[] read) =>
        Assert.Equal(read, Read(DatasetShape.Answers, Lines(row)).Items.Select(Shown));

    [Theory]
    [InlineData("""{"prompt":"hi"}""", "u:hi")]
    [InlineData($$"""{"prompt":{{Hello}},"solution":"4"}""", "u:hi")]
    [InlineData($$"""{"messages":{{Hello}}}""", "u:hi")]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"left off"}]}""", "u:a")]
    [InlineData("""{"prompt":[7,8]}""", "[7 8]")]
    public void Every_shape_of_a_prompt_is_read(string row, string read) => Assert.Equal([read], Read(DatasetShape.Prompts, Lines(row)).Items.Select(Shown));

    [Theory]
    [InlineData("""{"prompt":"hi","chosen":"yes","rejected":"yes "}""", "both answers are the same")]
    [InlineData("""{"prompt":[1],"chosen":[2],"rejected":[2]}""", "both answers are the same")]
    [InlineData($$"""{"chosen":{{Hello}},"rejected":{{Hello}}}""", "both answers are the same")]
    [InlineData("""{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: a\n\nAssistant: b"}""", "both answers are the same")]
    [InlineData("""{"prompt":"hi","chosen":"yes","rejected":" "}""", "an answer is empty")]
    [InlineData("""{"prompt":" ","chosen":"yes","rejected":"no"}""", "its prompt is empty")]
    [InlineData("""{"prompt":[],"chosen":"yes","rejected":"no"}""", "its prompt is empty")]
    [InlineData("""{"prompt":[{"role":"assistant","content":"hi"}],"chosen":"yes","rejected":"no"}""", "its prompt does not end with a user turn")]
    [InlineData("""{"prompt":[{"role":"tool","content":"hi"}],"chosen":"yes","rejected":"no"}""", "a turn is neither of system, user nor assistant")]
    [InlineData("""{"prompt":[{"role":"user","content":null}],"chosen":"yes","rejected":"no"}""", "a turn is empty")]
    [InlineData("""{"prompt":[{"role":"user","content":[{"type":"image"}]}],"chosen":"yes","rejected":"no"}""", "a turn holds something else than text")]
    [InlineData($$"""{"prompt":"hi","chosen":{{Hello}},"rejected":"no"}""", "an answer is more, or other, than one turn of the assistant")]
    [InlineData("""{"chosen":[{"role":"assistant","content":"yes"}],"rejected":[{"role":"assistant","content":"no"}]}""", "its prompt is empty")]
    [InlineData("""{"chosen":"The sky is blue.","rejected":"The sky is green."}""", "it does not begin with a turn of Human")]
    [InlineData("""{"prompt":"hi","chosen":"a \ud800","rejected":"no"}""", "it holds half of a surrogate pair, which is no text")]
    public void A_row_of_which_nothing_can_be_learnt_is_left_out_and_counted(string row, string reason)
    {
        var (items, counts) = Read(DatasetShape.Pairs, Lines("""{"prompt":"hi","chosen":"yes","rejected":"no"}""", row, "", row));
        Assert.Single(items);
        Assert.Equal(3, counts.Rows);
        Assert.Equal([new SkippedRows(reason, 2, "line 2")], counts.Skipped);
    }

    [Theory]
    [InlineData(DatasetShape.Pairs, """{"prompt":"hi","completion":"yes","label":true}""", "its columns are prompt, completion, label; needed is chosen with rejected. --column NAME=COLUMN reads COLUMN as NAME.")]
    [InlineData(DatasetShape.Judged, """{"prompt":"hi","completion":"yes"}""", "its columns are prompt, completion; needed is prompt with completion and label, or chosen with rejected. --column NAME=COLUMN reads COLUMN as NAME.")]
    [InlineData(DatasetShape.Answers, """{"question":"hi","answer":"yes"}""", "its columns are question, answer; needed is messages, prompt with completion, or text. --column NAME=COLUMN reads COLUMN as NAME.")]
    [InlineData(DatasetShape.Prompts, "{}", "it has no columns; needed is prompt, messages, question, or chosen with rejected. --column NAME=COLUMN reads COLUMN as NAME.")]
    [InlineData(DatasetShape.Solved, """{"question":"1+1?","solution":"2"}""", "its columns are question, solution; needed is prompt with answer. --column NAME=COLUMN reads COLUMN as NAME.")]
    [InlineData(DatasetShape.Solved, """{"prompt":"1+1?","answer":["2"]}""", "answer must be a text or a number, this is a list.")]
    [InlineData(DatasetShape.Tasks, """{"prompt":"hi","expect":{"words":["a"]}}""", "expect.words is not known; known are any, all, none, case, minWords, pattern and answer.")]
    [InlineData(DatasetShape.Tasks, """{"prompt":[1],"asked":{"id":"a","turns":[]}}""", NotOfRun)]
    [InlineData(DatasetShape.Tasks, """{"prompt":[1],"asked":{"id":"a","turns":[null,{"role":"user","content":"x"}]}}""", NotOfRun)]
    [InlineData(DatasetShape.Tasks, """{"prompt":[1],"asked":3}""", NotOfRun)]
    [InlineData(DatasetShape.Tasks, """{"prompt":[1],"asked":{"id":"a","turns":[{"role":"user","content":"x"}],"expectation":{"answr":"2"}}}""", NotOfRun)]
    [InlineData(DatasetShape.Scored, """{"prompt":"hi"}""", "its columns are prompt; needed is prompt with completion, messages, or chosen with rejected. --column NAME=COLUMN reads COLUMN as NAME.")]
    [InlineData(DatasetShape.Pairs, "3", "a row is a JSON object.")]
    [InlineData(DatasetShape.Pairs, """{"prompt":3,"chosen":"a","rejected":"b"}""", "prompt must be a text, a list of turns or a list of token ids, this is a number.")]
    [InlineData(DatasetShape.Pairs, """{"prompt":[{"content":"hi"}],"chosen":"a","rejected":"b"}""", "each entry of prompt needs a role and a content.")]
    [InlineData(DatasetShape.Pairs, """{"prompt":[1,-2],"chosen":[1],"rejected":[2]}""", "prompt holds -2 among token ids.")]
    [InlineData(DatasetShape.Pairs, """{"prompt":[1],"chosen":"a","rejected":"b"}""", "prompt and chosen must both be text or both be token ids.")]
    [InlineData(DatasetShape.Pairs, """{"prompt":"hi","chosen":"a","rejected":"b","probability":1.5}""", "probability is 1.5; it must be from 0 to 1.")]
    [InlineData(DatasetShape.Pairs, """{"prompt":"a","chosen":"b","rejected":"c","principles":{"kind":1,"kind":0}}""", "principles has kind twice; leave one of them out.")]
    [InlineData(DatasetShape.Judged, """{"prompt":"hi","completion":"a","label":"good"}""", "label must be true, false or from 0 to 1, this is a text.")]
    public void A_row_of_another_shape_ends_the_reading_with_its_line(DatasetShape shape, string row, string told)
    {
        var path = Lines("", row);
        Assert.Equal($"{path}, line 2: {told}", Assert.Throws<InputException>(() => Read(shape, path)).Message);
    }

    [Fact]
    public void A_pair_may_be_a_tie_and_be_compared_under_principles()
    {
        var pair = Assert.IsType<PairItem>(Assert.Single(Read(
            DatasetShape.Pairs, Lines("""{"prompt":[1],"chosen":[2],"rejected":[3],"preference":0.5,"tie":true,"principles":{"polite":0.9}}""")).Items));
        Assert.True(pair.Tie);
        Assert.Equal([KeyValuePair.Create("polite", 0.9)], pair.Principles);
        var wrong = Lines("""{"prompt":"a","chosen":"b","rejected":"c","principles":{"polite":2}}""");
        Assert.EndsWith(
            "principles.polite is 2; it must be from 0 to 1.", Assert.Throws<InputException>(() => Read(DatasetShape.Pairs, wrong)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"question":"1+1?","answer":"1 + 1 = <<1+1=2>>2\n#### 2"}""", "1 + 1 = <<1+1=2>>2\n#### 2")]
    [InlineData("""{"prompt":"1+1?","answer":2}""", "2")]
    [InlineData("""{"prompt":"1+1?","expect":{"answer":"2"}}""", "2")]
    [InlineData("""{"prompt":"1+1?","expect":{"answer":"2"},"answer":null}""", "2")]
    [InlineData("""{"messages":[{"role":"user","content":"1+1?"},{"role":"assistant","content":"3"}],"answer":"\\boxed{2}"}""", @"\boxed{2}")]
    public void A_solved_prompt_has_its_answer(string row, string answer)
    {
        var item = Assert.IsType<PromptItem>(Assert.Single(Read(DatasetShape.Solved, Lines(row)).Items));
        Assert.Equal(("1+1?", answer), (Assert.Single(item.Prompt.Turns).Content, item.Expectation?.Answer));
    }

    [Fact]
    public void The_data_of_a_run_have_prompts_as_token_ids_and_as_texts()
    {
        var rows = Lines(
            """{"prompt":[4,5],"asked":{"id":"a","turns":[{"role":"user","content":"1+1?"}],"expectation":{"any":[],"case":false,"answer":"2","safety":"border"}}}""",
            """{"prompt":[6],"asked":{"id":"b","turns":[{"role":"user","content":"hi"}]}}""");
        var (items, counts) = Read(DatasetShape.Tasks, rows);
        Assert.Equal(["4 5: 1+1? 2 Border", "6: hi  "], items.Cast<PromptItem>().Select(item =>
            $"{string.Join(' ', item.Prompt.Ids!)}: {item.Prompt.Turns[^1].Content} {item.Expectation?.Answer} {item.Expectation?.Safety}"));
        Assert.Empty(counts.Skipped);
        (items, counts) = Read(DatasetShape.Solved, rows);
        Assert.Equal("2", Assert.IsType<PromptItem>(Assert.Single(items)).Expectation!.Answer);
        Assert.Equal([new SkippedRows("no right answer to it is known", 1, "line 2")], counts.Skipped);
    }

    [Fact]
    public void A_column_of_that_name_beside_a_text_is_ignored_and_the_columns_of_a_row_come_before_what_a_run_knew()
    {
        var rows = Lines(
            """{"question":"1+1?","answer":"2","asked":"yesterday"}""", """{"prompt":"1+1?","answer":2,"asked":{"id":"a","turns":[{"role":"user","content":"Bye"}]}}""",
            """{"prompt":[1],"expect":{"answer":"7"},"asked":{"id":"a","turns":[{"role":"user","content":"3+4?"}],"expectation":{"answer":"8"}}}""");
        Assert.Equal(["1+1? 2", "1+1? 2", "3+4? 7"], Read(DatasetShape.Solved, rows).Items.Cast<PromptItem>().Select(item => $"{item.Prompt.Turns[^1].Content} {item.Expectation!.Answer}"));
    }

    [Theory]
    [InlineData("\"none that is marked\"", "its answer comes to nothing that can be compared")]
    [InlineData("1e-05", "its answer is a number with an exponent, which is not compared")]
    [InlineData("null", "no right answer to it is known")]
    [InlineData("null,\"expect\":{\"answer\":null}", "no right answer to it is known")]
    public void An_answer_that_cannot_be_compared_leaves_its_row_out(string answer, string reason)
    {
        var (items, counts) = Read(DatasetShape.Solved, Lines("""{"prompt":"1+1?","answer":2}""", $$"""{"prompt":"1+1?","answer":{{answer}}}"""));
        Assert.Single(items);
        Assert.Equal([new SkippedRows(reason, 1, "line 2")], counts.Skipped);
    }

    [Fact]
    public void What_is_known_of_an_answer_is_read_where_somebody_asks()
    {
        var rows = Lines("""{"prompt":"hi","expect":{"any":["hello"]},"safety":"safe"}""", """{"prompt":"hi"}""", """{"prompt":"hi","answer":"none that is marked"}""");
        Assert.Equal([new Expectation { Any = ["hello"], Safety = Safety.Safe }, null, null], Read(DatasetShape.Tasks, rows).Items.Cast<PromptItem>().Select(item => item.Expectation), Same);
        Assert.All(Read(DatasetShape.Prompts, rows).Items, item => Assert.Null(((PromptItem)item).Expectation));

        static bool Same(Expectation? one, Expectation? other) => JsonSerializer.Serialize(one) == JsonSerializer.Serialize(other);
    }

    [Fact]
    public void A_column_of_a_table_may_hold_nothing_and_have_another_name()
    {
        var rows = Lines("""{"prompt":"hi","right":{"any":["hello"],"all":null,"pattern":null,"minWords":null},"danger":"unsafe"}""", """{"prompt":"hi","right":null,"danger":null}""");
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { ["expect"] = "right", ["safety"] = "danger" };
        var known = Read(DatasetShape.Tasks, rows, columns).Items.Cast<PromptItem>().Select(item => item.Expectation).ToList();
        Assert.Equal(("hello", Safety.Unsafe), (Assert.Single(known[0]!.Any), known[0]!.Safety));
        Assert.Null(known[1]);
    }

    [Fact]
    public void A_column_may_have_another_name()
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { ["prompt"] = "question", ["completion"] = "answer" };
        Assert.Equal(["u:1+1? > 2"], Read(DatasetShape.Answers, Lines("""{"question":"1+1?","answer":"2","prompt":null}"""), columns).Items.Select(Shown));
    }

    [Fact]
    public void An_implicit_prompt_is_the_explicit_one() => Gen.Select(Text.Array[1, 4], Text, Text).Where((_, chosen, rejected) => chosen != rejected).Sample((said, chosen, rejected) =>
    {
        Turn[] prompt = [.. said.SelectMany((text, i) => i == 0 ? (Turn[])[new("user", text)] : [new("assistant", text), new("user", text)])];
        object Turns(IEnumerable<Turn> turns) => turns.Select(turn => new { role = turn.Role, content = turn.Content });
        var rows = Lines(
            Row(new { prompt = Turns(prompt), chosen = Turns([new("assistant", chosen)]), rejected = Turns([new("assistant", rejected)]) }),
            Row(new { chosen = Turns([.. prompt, new("assistant", chosen)]), rejected = Turns([.. prompt, new("assistant", rejected)]) }),
            Row(new { prompt = Turns(prompt), chosen = Turns([.. prompt, new("assistant", chosen)]), rejected = Turns([.. prompt, new("assistant", rejected)]) }));
        var shown = Read(DatasetShape.Pairs, rows).Items.Select(Shown).ToList();
        Assert.Equal(3, shown.Count);
        Assert.Single(shown.Distinct());
    }, iter: 50, threads: 1);   // one file

    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '\u024f'].Where(c => !char.IsControl(c)), 1, 12].Where(text => !string.IsNullOrWhiteSpace(text));
}
