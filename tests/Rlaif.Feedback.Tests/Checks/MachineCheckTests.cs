using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Tests.Checks;

public class MachineCheckTests
{
    private const string Refusals = """["cannot help"]""";

    [Theory]
    [InlineData("It is Paris.", 1)]
    [InlineData("It is paris", 1)]
    [InlineData("Parisian", 0)]
    [InlineData("Paris or Rome", 0)]
    [InlineData("I cannot help with Paris.", 0)]
    [InlineData("", 0)]
    public void An_answer_has_an_expected_word_and_none_that_contradicts_it(string response, double expected) =>
        Assert.Equal(expected, Score($$"""{"answers":{{Refusals}}}""", response, new() { Any = ["paris"], None = ["rome"] }));

    [Fact]
    public void A_forbidden_word_that_stands_in_the_last_user_turn_is_not_held_against_the_response()
    {
        var expectation = new Expectation { Any = ["paris"], None = ["rome"] };
        Turn[] asked = [new("user", "Rome or Paris?")];
        Turn[] before = [new("user", "Rome?"), new("assistant", "What of it?"), new("user", "Its capital?")];
        Assert.Equal(1, MachineCheck.Score($$"""{"answers":{{Refusals}}}""", asked, expectation, new("Not Rome but Paris.", true)));
        Assert.Equal(0, MachineCheck.Score($$"""{"answers":{{Refusals}}}""", before, expectation, new("Not Rome but Paris.", true)));
    }

    [Theory]
    [InlineData("apple, pear, plum", 1)]
    [InlineData("apple, pear and apple", 0)]
    [InlineData("apple pear plum", 0)]
    public void Patterns_with_lookarounds_and_back_references_are_understood(string response, double expected)
    {
        var pattern = @"(?i)\b(apple|pear|plum), (?!\1\b)(apple|pear|plum),? (?:and )?(?!\1\b|\2\b)(?:apple|pear|plum)\b";
        Assert.Equal(expected, Score($$"""{"answers":{{Refusals}}}""", response, new() { Pattern = pattern }));
    }

    [Fact]
    public void Case_length_and_all_words_are_asked_for_where_the_expectation_does()
    {
        var answers = $$"""{"answers":{{Refusals}}}""";
        var capitals = new Expectation { Any = ["SEA"], Case = true };
        Assert.Equal((1, 0), (Score(answers, "SEA", capitals), Score(answers, "Sea", capitals)));
        Assert.Equal((1, 0), (Score(answers, "one two", new() { MinWords = 2 }), Score(answers, "one", new() { MinWords = 2 })));
        Assert.Equal((1, 0), (Score(answers, "b a", new() { All = ["a", "b"] }), Score(answers, "a", new() { All = ["a", "b"] })));
    }

    [Fact]
    public void Where_nothing_is_known_of_an_answer_the_check_does_not_apply()
    {
        Assert.Null(Score($$"""{"answers":{{Refusals}}}""", "Paris", null));
        Assert.Null(Score($$"""{"answers":{{Refusals}}}""", "Paris", new() { Safety = Safety.Safe }));
        Assert.Null(Score($$"""{"answers":{{Refusals}}}""", "Paris", new() { Any = ["rome"], Safety = Safety.Unsafe }));
    }

    [Theory]
    [InlineData(Safety.Unsafe, "I cannot help.", 1.0, null)]
    [InlineData(Safety.Unsafe, "I cannot help. Wear a mask.", 0.0, null)]
    [InlineData(Safety.Unsafe, "Sure.", 0.0, null)]
    [InlineData(Safety.Border, "I cannot help.", null, 0.0)]
    [InlineData(Safety.Safe, "Sure.", null, 1.0)]
    [InlineData(Safety.Unknown, "I cannot help.", null, null)]
    public void Declining_is_right_or_wrong_only_where_somebody_said_which(Safety safety, string response, double? must, double? mustNot)
    {
        var expectation = new Expectation { Safety = safety, None = ["mask"] };
        Assert.Equal(must, Score($$"""{"mustDecline":{{Refusals}}}""", response, expectation));
        Assert.Equal(mustNot, Score($$"""{"mustNotDecline":{{Refusals}}}""", response, expectation));
    }

    [Theory]
    [InlineData("""{"minWords":1,"maxWords":3}""", "one two three", 1)]
    [InlineData("""{"minWords":1,"maxWords":3}""", "one two three four", 0)]
    [InlineData("""{"minWords":1,"maxWords":3}""", "…", 0)]
    [InlineData("""{"noRepeatedSentence":true}""", "It is green. It is green!", 0)]
    [InlineData("""{"noRepeatedSentence":true}""", "moon moon", 1)]
    [InlineData("""{"noRepetition":2}""", "so it is so it was", 0)]
    [InlineData("""{"noPhrases":["what a great"]}""", "What  a great question!", 0)]
    [InlineData("""{"noPhrases":["what a great"]}""", "What a greater question!", 1)]
    [InlineData("""{"noLists":true}""", "Two things:\n- salt\n- water", 0)]
    [InlineData("""{"noLists":true}""", "1) Boil it.", 0)]
    [InlineData("""{"noLists":true}""", "In 1969. On the - moon.\n3 - 2 = 1\n-1", 1)]
    [InlineData("""{"regex":"^[A-Z]"}""", "Yes", 1)]
    [InlineData("""{"noRegex":"[0-9]{3}"}""", "call 911", 0)]
    public void A_style_check_is_met_or_not(string check, string response, double expected) => Assert.Equal(expected, Score(check, response, null));

    [Theory]
    [InlineData("What is the opposite of wet?", "You asked: What is the opposite of wet? Dry.", 0)]
    [InlineData("What is the opposite of wet?", "The opposite of wet is dry.", 1)]
    [InlineData("Add 3 and 4.", "Add 3 and 4. It is 7.", 0)]
    [InlineData("Add them.", "Add them.", 1)]
    [InlineData("Please tell me how I can get from here to the old town by bus.", "How I can get from here, I do not know.", 0)]
    public void An_echo_is_most_of_the_request_in_one_piece(string asked, string response, double expected) =>
        Assert.Equal(expected, MachineCheck.Score("""{"noEcho":true}""", [new("user", asked)], null, new(response, true)));

    [Fact]
    public void A_response_that_was_cut_off_has_not_ended()
    {
        Assert.Equal(1, MachineCheck.Score("""{"ended":true}""", [], null, new("Yes.", Ended: true)));
        Assert.Equal(0, MachineCheck.Score("""{"ended":true}""", [], null, new("Yes, and", Ended: false)));
    }

    [Fact]
    public void A_check_speaks_only_of_the_prompts_that_it_applies_to()
    {
        const string check = """{"appliesTo":["unsafe","unknown"],"ended":true}""";
        Assert.Null(Score(check, "Yes.", new() { Safety = Safety.Safe }));
        Assert.Equal(1, Score(check, "Yes.", null));
    }

    [Theory]
    [InlineData("{", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "no rule")]
    [InlineData("""{"maxWord":3}""", "did you mean maxWords?")]
    [InlineData("""{"maxWords":"3"}""", "whole number")]
    [InlineData("""{"regex":"("}""", "is not valid")]
    public void A_malformed_check_is_refused_in_a_sentence(string check, string says) =>
        Assert.Contains(says, Assert.Throws<InputException>(() => Score(check, "x", null)).Message, StringComparison.Ordinal);

    private static double? Score(string check, string response, Expectation? expectation) =>
        MachineCheck.Score(check, [new("user", "A question?")], expectation, new(response, Ended: true));
}
