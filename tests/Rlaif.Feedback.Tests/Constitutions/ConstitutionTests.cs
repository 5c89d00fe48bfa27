using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Constitutions;

public class ConstitutionTests
{
    private const string Head = "id: x\nversion: 1\ncritiqueRequest: What is wrong?\nrevisionRequest: Write it again.\n";

    [Theory]
    [InlineData("everyday", 7, 14)]
    [InlineData("brief", 4, 7)]
    [InlineData("harmless", 8, 6)]
    public void The_constitutions_that_ship_pass_their_own_golden_pairs(string id, int principles, int pairs)
    {
        var constitution = Constitution.Read(Repository.Path($"constitutions/{id}.yaml"));
        var report = ConstitutionCheck.Run(constitution);
        Assert.Equal((id, principles, pairs), (constitution.Id, constitution.Principles.Count, report.Results.Count));
        Assert.True(report.Passed, string.Join('\n', report.Lines));
        Assert.All(report.Results, result => Assert.True(result.Passed));
        Assert.Equal("Every machine check has a golden pair.", report.Lines[^2]);
    }

    [Fact]
    public void A_minimal_constitution_takes_its_requests_from_the_generic_ones()
    {
        var constitution = Constitution.Parse($"{Head}principles: [{{id: kind, question: Which is kinder?}}]", "x.yaml");
        var principle = Assert.Single(constitution.Principles);
        Assert.Equal(("What is wrong?", "Write it again.", 1.0), (principle.CritiqueRequest, principle.RevisionRequest, principle.Weight));
        Assert.Equal(new PrincipleText("kind", "Which is kinder?"), Assert.Single(constitution.Texts));
        Assert.Contains("1. kind: Which is kinder?", constitution.Guidelines, StringComparison.Ordinal);
    }

    [Fact]
    public void Layout_and_comments_do_not_change_the_identity_and_a_weight_does()
    {
        var block = Constitution.Parse($"{Head}principles:\n  - id: kind   # be kind\n    question: Which is kinder?\n    weight: 2.0\n", "a.yaml");
        var flow = Constitution.Parse($"principles: [{{weight: 2, id: kind, question: 'Which is kinder?'}}]\r\n{Head}", "b.yaml");
        var other = Constitution.Parse($"{Head}principles: [{{id: kind, question: Which is kinder?, weight: 2.01}}]", "c.yaml");
        Assert.Equal(block.Sha256, flow.Sha256);
        Assert.NotEqual(block.Sha256, other.Sha256);
    }

    [Fact]
    public void A_name_that_is_used_twice_is_told_by_name_and_line()
    {
        var message = Refused("id: x\nversion: 1\nprinciples: [{id: candour}, {id: candour}]\n");
        Assert.Contains("x.yaml, line 3: the id candour is used twice", message, StringComparison.Ordinal);
        Assert.InRange(message.Split('\n').Length, 1, 6);
    }

    [Fact]
    public void All_errors_are_told_at_once_each_with_its_line_and_what_was_probably_meant()
    {
        var message = Refused($$"""
            {{Head}}principls: []
            principles:
              - id: short
                question: Which is shorter?
                wieght: 2
                check: {maxWord: 20}
              - id: long
                question: 7
                weight: -1
            """);
        Assert.Equal(
            [
                "x.yaml, line 5: the constitution has no key principls (did you mean principles?).",
                "x.yaml, line 9: principle short has no key wieght (did you mean weight?).",
                "x.yaml, line 10: maxWord in the check of principle short is not a check (did you mean maxWords?).",
                "x.yaml, line 12: question of principle long must be text (quote it); it is 7.",
                "x.yaml, line 13: weight of principle long must be a number from 0.001 to 100; it is -1.",
                "5 errors.",
            ],
            message.Split('\n'));
    }

    [Theory]
    [InlineData("principles: [{id: overall, question: Which?}]")]
    [InlineData("principles: [{id: kind, question: Which?}]\nhardRules: [{id: overall, rule: Short., check: {maxWords: 9}}]")]
    public void The_name_of_the_overall_question_is_reserved(string yaml) =>
        Assert.Contains("the id overall is reserved", Refused(Head + yaml), StringComparison.Ordinal);

    [Fact]
    public void A_constitution_keeps_the_text_that_it_was_read_from()
    {
        var yaml = $"{Head}principles: [{{id: kind, question: Which is kinder?}}]   # as it stands\n";
        Assert.Equal(yaml, Constitution.Parse(yaml, "x.yaml").Source);
    }

    [Fact]
    public void A_hard_rule_whose_pattern_takes_too_long_is_named()
    {
        // The back reference keeps it from being linear: every split of the letters is tried.
        var constitution = Constitution.Parse(
            $"{Head}principles: [{{id: kind, question: Which?}}]\nhardRules: [{{id: no-stutter, rule: None., check: {{regex: '^(a+)+\\1b$'}}}}]", "x.yaml");
        Candidate slow = new(new string('a', 64), Ended: true);
        var refused = Assert.Throws<InputException>(() => constitution.VetoOf([], null, slow, slow));
        Assert.Contains("hard rule no-stutter took too long", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_errors_than_anybody_reads_are_counted()
    {
        var principles = string.Join('\n', Enumerable.Range(0, 40).Select(i => $"  - {{id: p{i}, question: Which?, wieght: 1}}"));
        var lines = Refused($"{Head}principles:\n{principles}").Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.Equal("40 errors; the first 5 are shown.", lines[5]);
    }

    [Theory]
    [InlineData("{regex: '('}", "the regular expression ( is not valid")]
    [InlineData("{maxWords: many}", "takes a whole number from 1, not \"many\"")]
    [InlineData("{maxWords: 0}", "takes a whole number from 1")]
    [InlineData("{noPhrases: []}", "takes a list of phrases")]
    [InlineData("{noPhrases: [' ']}", "takes a list of phrases")]
    [InlineData("{ended: false}", "takes true")]
    [InlineData("{appliesTo: [dangerous], ended: true}", "takes a list of safe, unsafe, border and unknown")]
    [InlineData("{}", "has no rule")]
    [InlineData("20", "check of principle kind must be a mapping; it is 20")]
    public void A_check_that_cannot_be_used_is_refused_when_the_file_is_read(string check, string says) =>
        Assert.Contains(says, Refused($"{Head}principles: [{{id: kind, question: Which?, check: {check}}}]"), StringComparison.Ordinal);

    [Theory]
    [InlineData("{prompt: Hi, a: A, b: B, expect: tie, principle: kindd}", "did you mean kind?")]
    [InlineData("{prompt: Hi, a: A, b: B, expect: third}", "must be one of first, second, tie; it is third")]
    [InlineData("{prompt: Hi, a: A, b: B}", "needs expect")]
    [InlineData("{prompt: Hi, a: A, expect: first}", "needs b")]
    [InlineData("{prompt: Hi, a: A, b: B, expect: tie, expectation: {pattern: '['}}", "is not valid")]
    [InlineData("{prompt: Hi, a: A, b: B, expect: tie, expectation: {answer: four}}", "answer comes to no answer; end it with #### and the answer, \\boxed{} around it, or a number")]
    [InlineData("Hi", "must be a list of mappings")]
    public void A_golden_pair_that_cannot_be_run_is_refused(string pair, string says) =>
        Assert.Contains(says, Refused($"{Head}principles: [{{id: kind, question: Which?}}]\ngoldenPairs: [{pair}]"), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "x.yaml is empty.")]
    [InlineData("# nothing\n", "x.yaml is empty.")]
    [InlineData(": : [\n", "x.yaml, line 1: this is not YAML")]
    [InlineData("a: 1\na: 2\n", "x.yaml, line 2: the key a is given twice.")]
    [InlineData("- 1\n", "the file must be a mapping")]
    [InlineData("schema: constitution/v2\n", "this version reads constitution/v1")]
    [InlineData("version: 1.10\n", "version of the constitution must be text (quote it); it is 1.10")]
    [InlineData("id: Not An Id\n", "must be of lower-case letters")]
    public void What_is_no_constitution_is_refused_in_one_sentence(string yaml, string says) =>
        Assert.Contains(says, Refused(yaml), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_or_is_not_text_is_named()
    {
        Assert.Contains("nosuch.yaml", Assert.Throws<InputException>(() => Constitution.Read("nosuch.yaml")).Message, StringComparison.Ordinal);
        var noise = Path.Combine(Path.GetTempPath(), $"noise-{Environment.ProcessId}.yaml");
        File.WriteAllBytes(noise, [0x69, 0xFF, 0xFE, 0x00]);
        Assert.Contains("is not UTF-8 text", Assert.Throws<InputException>(() => Constitution.Read(noise)).Message, StringComparison.Ordinal);
        File.Delete(noise);
    }

    [Fact]
    public void A_golden_pair_that_fails_is_told_with_what_was_found()
    {
        var constitution = Constitution.Parse($$"""
            {{Head}}principles:
              - {id: short, question: Which is shorter?, check: {maxWords: 2} }
              - {id: kind, question: Which is kinder?}
            goldenPairs:
              - {prompt: Hi, a: one two three, b: one two, expect: first, principle: short}
              - {prompt: Hi, a: one, b: two, expect: tie, principle: kind}
            """, "x.yaml");
        var report = ConstitutionCheck.Run(constitution);
        Assert.False(report.Passed);
        Assert.Equal("line 9: short should say first, and says second: Hi", report.Lines[0]);
        Assert.Equal("line 10: not run, kind has no machine check.", report.Lines[1]);
        Assert.Contains("0 of 1 golden pairs hold, 1 not run", report.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_principle_that_applies_to_some_prompts_travels_with_them()
    {
        var everyday = Constitution.Read(Repository.Path("constitutions/everyday.yaml"));
        Assert.DoesNotContain("declines", everyday.TextsFor(new() { Safety = Safety.Safe }).Select(text => text.Id));
        Assert.Equal(6, everyday.TextsFor(new() { Safety = Safety.Unsafe }).Count);
        Assert.Contains("\"appliesTo\":[\"unsafe\"]", everyday.Texts.Single(text => text.Id == "declines").Check, StringComparison.Ordinal);
        Assert.Equal([2, 1, 1, 1, 1, 3, 1], everyday.Weights.Values);
    }

    private static string Refused(string yaml) => Assert.Throws<InputException>(() => Constitution.Parse(yaml, "x.yaml")).Message;
}
