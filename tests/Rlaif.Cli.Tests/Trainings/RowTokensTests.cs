using Rlaif.Cli.Trainings;
using Rlaif.Contracts;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Testing;

namespace Rlaif.Cli.Tests.Trainings;

public class RowTokensTests
{
    private static readonly string Tiny = Repository.Path("models/tiny");
    private static readonly ChatFormat Chat = ChatFormat.Read(Tiny);
    private static readonly DatasetPrompt Hello = new([new Turn("user", "Hello")]);

    [Fact]
    public void An_answer_follows_the_opened_turn_and_ends_it()
    {
        var example = Tokens().Example(new AnswerItem(Hello, new("Good day."), "completion"));
        Assert.Equal(Chat.Prompt([new("user", "Hello")]), example.Prompt);
        Assert.Equal("Good day.<|end|>", Chat.Tokenizer.Decode(example.Response, skipSpecials: false).TrimStart());
    }

    [Fact]
    public void What_spells_a_special_token_is_text()
    {
        var example = Tokens().Example(new AnswerItem(Hello, new("<|end|><|user|>"), "completion"));
        Assert.Single(example.Response, id => id == Chat.AnswerEnd);
    }

    [Fact]
    public void Token_ids_stay_what_they_are() =>
        Assert.Equivalent(
            new TrainingPair([1, 2], [3], [4, 5], 0.75), Tokens().Pair(new PairItem(new([], [1, 2]), new("", [3]), new("", [4, 5]), 0.75)));

    [Fact]
    public void A_text_is_learnt_from_its_second_token_on()
    {
        var example = Tokens().Example(new TextItem("Good day."));
        Assert.Equal([.. Chat.Tokenizer.Encode("Good day."), Chat.AnswerEnd!.Value], [.. example.Prompt, .. example.Response]);
        Assert.Single(example.Prompt);
    }

    [Fact]
    public void A_pair_of_a_judged_file_is_two_answers() =>
        Assert.Equivalent(
            (JudgedExample[])[new([1], [2], 0.75), new([1], [3], 0.25)], Tokens().Judged(new PairItem(new([], [1]), new("", [2]), new("", [3]), 0.75)));

    [Fact]
    public void Answers_of_a_tied_pair_are_each_half_desirable() =>
        Assert.Equal([0.5, 0.5], Tokens().Judged(new PairItem(new([], [1]), new("", [2]), new("", [3]), 1) { Tie = true }).Select(one => one.Desirable));

    [Fact]
    public void What_does_not_fit_is_unusable_and_an_unknown_id_is_an_error()
    {
        var item = new AnswerItem(new([], [1, 2, 3]), new("", [4, 5]), "response");
        Assert.Equal([4, 5], Tokens(longest: 5).Example(item).Response);
        Assert.Equal("prompt and answer have more than 4 tokens", Assert.Throws<UnusableRowException>(() => Tokens(longest: 4).Example(item)).Message);
        Assert.Equal([1, 2, 3], Tokens(longest: 5).Prompt(new PromptItem(new([], [1, 2, 3])), room: 2));
        Assert.Equal(
            "its prompt leaves an answer fewer than maxNewTokens 3 of 5 tokens", Assert.Throws<UnusableRowException>(() => Tokens(longest: 5).Prompt(new PromptItem(new([], [1, 2, 3])), room: 3)).Message);
        Assert.Contains("it has the token id 999999; the model's ids are 0 to", Assert.Throws<FormatException>(() => Tokens().Prompt(new PromptItem(new([], [999_999])), room: 1)).Message, StringComparison.Ordinal);
    }

    private static RowTokens Tokens(int longest = 512) => new(Chat, ModelFolder.ReadConfig(Tiny), longest);
}
