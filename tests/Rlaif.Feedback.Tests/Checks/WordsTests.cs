using Rlaif.Feedback.Checks;

namespace Rlaif.Feedback.Tests.Checks;

public class WordsTests
{
    [Theory]
    [InlineData("It's Paris, isn't it?", "it's|paris|isn't|it")]
    [InlineData("don’t “quote” 'this'", "don't|quote|this")]
    [InlineData("a fire-truck: 3+4=7", "a|fire|truck|3|4|7")]
    [InlineData("Größe e\u0301 日本語 𝐀𝐁", "größe|e\u0301|日本語|𝐀𝐁")]
    [InlineData(" \n\t...", "")]
    [InlineData("rock 'n' roll''s", "rock|n|roll|s")]
    public void Words_are_runs_of_letters_and_digits(string text, string expected) => Assert.Equal(expected, string.Join('|', Words.Of(text)));

    [Theory]
    [InlineData("no no no no no", 4, true)]
    [InlineData("no no no no", 4, false)]
    [InlineData("one two three four one two three", 4, false)]
    [InlineData("one two three four five one two three four", 4, true)]
    [InlineData("", 1, false)]
    [InlineData("a b a", 1, true)]
    public void A_run_that_occurs_twice_is_repetition(string text, int n, bool repeats) => Assert.Equal(repeats, Words.RepeatRun(Words.Of(text), n));

    [Fact]
    public void A_run_must_stand_in_one_piece()
    {
        Assert.True(Words.Contain(Words.Of("It is New Delhi."), Words.Of("new delhi")));
        Assert.False(Words.Contain(Words.Of("New and old Delhi"), Words.Of("new delhi")));
        Assert.False(Words.Contain(Words.Of("anything"), []));
    }

    [Fact]
    public void Sentences_are_compared_by_their_words() =>
        Assert.Equal(["it is green", "it is green"], Words.Sentences("It is green. It is  GREEN!"));
}
