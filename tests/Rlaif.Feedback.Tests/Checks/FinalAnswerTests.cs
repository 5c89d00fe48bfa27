using Rlaif.Contracts;
using Rlaif.Feedback.Checks;

namespace Rlaif.Feedback.Tests.Checks;

public class FinalAnswerTests
{
    [Theory]
    [InlineData("She makes 9 * 2 = $<<9*2=18>>18.\n#### 18", "18")]
    [InlineData("#### 1,234.50", "2469/2")]
    [InlineData("#### -7 degrees, or 3", "-7")]
    [InlineData("First #### 1, then\n#### 2\nand 3", "2")]
    [InlineData("So the answer is \\boxed{\\frac{3}{6}}, not 9.", "1/2")]
    [InlineData("\\boxed{1} or rather \\boxed{x^{2} + 1}", "x^{2}+1")]
    [InlineData("\\boxed{42\\text{ cm}}", "42")]
    [InlineData("\\boxed{\\$1{,}000} is open", "1{,}000")]
    [InlineData("It is 16-3", "3")]
    [InlineData("It is -3.", "-3")]
    [InlineData("3 plus 4 is 7.", "7")]
    [InlineData("Of 2/4 and 1/2 the last.", "1/2")]
    [InlineData("It is 5/0", "5/0")]
    [InlineData("Seven.", null)]
    [InlineData("", null)]
    [InlineData("####", null)]
    public void A_solution_comes_to_its_answer(string text, string? answer) => Assert.Equal(answer, FinalAnswer.Of(text));

    [Theory]
    [InlineData("#### 1200", "That is $1,200.00.", true)]
    [InlineData("0.5", "\\boxed{\\dfrac{1}{2}}", true)]
    [InlineData("7", "It is 7, I think, or 8.", false)]
    [InlineData("7", "It is 77.", false)]
    [InlineData("7", "Seven.", false)]
    [InlineData("seven", "seven", false)]
    public void An_answer_is_compared_by_its_value(string reference, string response, bool same) => Assert.Equal(same, FinalAnswer.Same(reference, response));

    [Fact]
    public void A_number_without_end_costs_nothing()
    {
        var long_ = new string('9', 1_000_000);
        Assert.False(FinalAnswer.Same("9", long_));
    }

    [Theory]
    [InlineData("It is 7.", 1)]
    [InlineData("It is 8.", 0)]
    public void The_check_answers_knows_it(string response, double score) => Assert.Equal(score, MachineCheck.Score(
        """{"answers":["cannot help"]}""", [new("user", "3 plus 4?")], new Expectation { Answer = "#### 7" }, new(response, Ended: true)));
}
