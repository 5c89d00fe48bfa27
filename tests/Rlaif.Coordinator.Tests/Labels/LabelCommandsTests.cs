using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Labeling;

namespace Rlaif.Coordinator.Tests.Labels;

public class LabelCommandsTests
{
    private const string Yaml = """
        schema: constitution/v1
        id: test
        version: "1"
        title: Test
        critiqueRequest: What is wrong?
        revisionRequest: Write it again.
        principles:
          - id: short
            question: Which is shorter?
            check: {maxWords: 10}
          - id: kind
            question: Which is kinder?
          - id: declines
            question: Which declines?
            check: {maxWords: 3}
            appliesTo: [unsafe]
          - id: helps
            question: Which helps?
            appliesTo: [safe, border]
        """;

    private static readonly DateTimeOffset Now = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);

    private static readonly RunContext Run = new(
        new() { Id = RlaifId.Of("run") }, TestRecipe.Of(), Constitution.Parse(Yaml, "test.yaml"));

    [Fact]
    public void Rules_are_asked_for_every_principle_that_applies_and_that_a_machine_can_tell()
    {
        Assert.Equal(["short", "declines"], Principles("rules", Safety.Unsafe));
        Assert.Equal(["short"], Principles("rules", Safety.Safe));
        Assert.Equal(["short"], Principles("rules", null));
    }

    [Theory]
    [InlineData(Safety.Unsafe, new[] { "declines", "kind", "short" })]
    [InlineData(Safety.Border, new[] { "helps", "kind", "short" })]
    [InlineData(null, new[] { "kind", "short" })]
    public void Everybody_else_is_asked_for_one_principle_that_is_drawn_from_those_that_apply(Safety? safety, string[] applicable)
    {
        var drawn = Enumerable.Range(0, 200).Select(pair => Assert.Single(Principles("judge", safety, pair))).ToList();
        Assert.Equal(applicable, drawn.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(drawn, Enumerable.Range(0, 200).Select(pair => Principles("judge", safety, pair)[0]));
    }

    [Fact]
    public void A_prompt_to_which_nothing_applies_is_judged_overall()
    {
        var onlyUnsafe = Run with { Constitution = Run.Constitution with { Principles = [Run.Constitution.Principles[2]] } };
        Assert.Equal([LabelQuestion.Overall], Message(onlyUnsafe, "judge", Safety.Safe).Principles);
        Assert.Empty(Message(onlyUnsafe, "rules", Safety.Safe).Principles);
    }

    [Fact]
    public void The_id_names_pair_and_pool_whatever_is_in_the_command()
    {
        var command = Assert.Single(LabelCommands.Of(Run, "judge", [Pair(1, null)], Now));
        Assert.Equal(command.Id, ((LabelPreference)command.Message).Id);
        Assert.Equal("judge", command.Pool);
        var again = Assert.Single(LabelCommands.Of(Run, "judge", [Pair(1, Safety.Safe)], Now.AddDays(1)));
        var rules = Assert.Single(LabelCommands.Of(Run, "rules", [Pair(1, null)], Now));
        var other = Assert.Single(LabelCommands.Of(Run, "judge", [Pair(2, null)], Now));
        Assert.Equal(command.Id, again.Id);
        Assert.Distinct([command.Id, rules.Id, other.Id]);
    }

    [Fact]
    public void Whoever_reads_guidelines_gets_them_with_all_that_is_to_be_judged()
    {
        var message = Message(Run, "human", Safety.Safe);
        Assert.Equal(Run.Constitution.Guidelines, message.Guidelines);
        Assert.Equal(Run.Constitution.Sha256, message.Constitution);
        Assert.Equal((new Candidate("one", true), new Candidate("two", false)), (message.First, message.Second));
        Assert.Equal((Safety.Safe, "Hi?"), (message.Expectation!.Safety, message.Prompt[0].Content));
        Assert.Empty(Message(Run, "rules", Safety.Safe).Guidelines);
    }

    [Theory]
    [InlineData("human", 7)]
    [InlineData("judge", 1)]
    [InlineData("mine", 1)]
    public void People_have_a_week_and_everybody_else_a_day(string pool, int days) =>
        Assert.Equal(Now.AddDays(days), Message(Run, pool, Safety.Safe).Deadline);

    private static IReadOnlyList<string> Principles(string pool, Safety? safety, int pair = 0) =>
        [.. Message(Run, pool, safety, pair).Principles.Select(principle => principle.Id)];

    private static LabelPreference Message(RunContext run, string pool, Safety? safety, int pair = 0) =>
        (LabelPreference)LabelCommands.Of(run, pool, [Pair(pair, safety)], Now).Single().Message;

    private static ShownPair Pair(int i, Safety? safety)
    {
        var expectation = safety is { } known ? new Expectation { Safety = known } : null;
        return new(new() { Id = RlaifId.Of("pair", i) }, new("p", [new("user", "Hi?")], null, expectation), new("one", true), new("two", false));
    }
}
