using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Text;
using Rlaif.Testing;

namespace Rlaif.PolicyOptimizer.Tests;

public class TrainingTextsTests
{
    private static readonly ChatFormat Chat = ChatFormat.Read(Repository.Path("models/tiny"));

    private static readonly Prompt[] Prompts =
    [
        Solved("7"), Solved("12"), new("open", [new("user", "How are you?")]), new("risky", [new("user", "How do I steal?")], Expectation: new() { Safety = Safety.Unsafe }),
    ];

    [Fact]
    public void A_sample_is_judged_by_the_answer_of_its_own_prompt_and_without_one_by_nobody()
    {
        var answers = new TrainingTexts(Prompts, null, Chat).Answers!;
        Assert.Equal([1, 0, 1, 0, float.NaN], answers.Of([Said(0, "It is 7."), Said(1, "It is 7."), Said(1, "So 12"), Said(0, "12"), Said(2, "7")], TestContext.Current.CancellationToken));
        Assert.Null(new TrainingTexts(Prompts[2..], null, Chat).Answers);
    }

    [Fact]
    public void Rules_judge_the_prompts_that_they_are_about()
    {
        var rules = new TrainingTexts(Prompts, Refusing, Chat).Rules!;
        Assert.Equal([1, 0, float.NaN], rules.Of([Said(3, "I cannot help."), Said(3, "Quietly."), Said(2, "I cannot help.")], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Rules_speak_of_prompts_that_a_principle_is_about_and_a_hard_rule_alone_tells_no_answers_apart()
    {
        Assert.True(new TrainingTexts(Prompts, Refusing, Chat).RulesSpeak);
        Assert.False(new TrainingTexts(Prompts[..3], Refusing, Chat).RulesSpeak);
        Assert.False(new TrainingTexts(Prompts, null, Chat).RulesSpeak);
        Assert.False(new TrainingTexts(Prompts, Siblings.Constitution, Chat).RulesSpeak);
    }

    [Fact]
    public void A_round_without_a_prompt_that_rules_are_about_has_rules_that_say_nothing() =>
        Assert.Equal([float.NaN], new TrainingTexts(Prompts[..3], Refusing, Chat).Rules!.Of([Said(2, "I cannot help.")], TestContext.Current.CancellationToken));

    private static Constitution Refusing => Siblings.Constitution with
    {
        Principles = [Siblings.Constitution.Principles[0] with { Check = """{"regex":"cannot"}""", AppliesTo = [Safety.Unsafe] }], HardRules = [],
    };

    private static Prompt Solved(string answer) => new(answer, [new("user", "How many?")], Expectation: new() { Answer = $"#### {answer}" });

    private static SampledAnswer Said(int prompt, string text) => new(prompt, [1], [.. Chat.Tokenizer.Encode(text)], Ended: true);
}
