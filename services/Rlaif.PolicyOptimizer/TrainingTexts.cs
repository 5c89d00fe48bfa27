using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Evaluation;
using Rlaif.Feedback.Labeling;
using Rlaif.Learning.Probes;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Text;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>What a trainer that samples knows beside token ids: what its prompts ask, what their right answers are, and by what rules responses are judged.</summary>
/// <param name="prompts">In the order of the training's data.</param>
/// <param name="constitution">Null: there are no rules.</param>
/// <param name="chat">Of the policy.</param>
public sealed class TrainingTexts(IReadOnlyList<Prompt> prompts, Constitution? constitution, ChatFormat chat)
{
    private readonly IReadOnlyList<Prompt> prompts = prompts;
    private readonly ChatFormat chat = chat;

    /// <summary>A line of the data; the trainer's own reader takes its tokens.</summary>
    private sealed record Line(Prompt? Asked);

    /// <summary>Rewards by the rules; null: the constitution has no machine check.</summary>
    public IResponseReward? Rules => constitution is { HasMachineChecks: true } ? new ByRules(this) : null;

    /// <summary>Whether a rule says anything about answers to any of the prompts. A round of a run may lack such prompts; for a training that has no others every reward
    /// would be none.</summary>
    public bool RulesSpeak => constitution is not null && prompts.Any(prompt => RulesScore.Speaks(constitution, prompt.Turns, prompt.Expectation));

    /// <summary>Rewards of right answers; null: no prompt has one.</summary>
    public IResponseReward? Answers => prompts.Any(prompt => prompt.Expectation?.Answer is not null) ? new ByAnswer(this) : null;

    /// <param name="data">The training's data: a line for each prompt, with the prompt as <c>asked</c>.</param>
    /// <param name="constitution">Null: there are no rules.</param>
    /// <param name="chat">Of the policy.</param>
    public static TrainingTexts Read(string data, Constitution? constitution, ChatFormat chat) => new(
        [.. File.ReadLines(data).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => Json.Read<Line>(line).Asked!)], constitution, chat);

    /// <summary>What an alarm looks at.</summary>
    public TextFigures Measure(IReadOnlyList<SampledAnswer> answers)
    {
        var texts = answers.Select(answer => chat.Text(answer.Tokens)).ToList();
        var scores = answers.Zip(texts, (answer, text) => Score(answer, text)).OfType<double>().ToList();
        return new(scores.Count == 0 ? double.NaN : scores.Average(), texts.Average(text => Words.Of(text).Count), Probes.Distinct(2, texts));
    }

    private double? Score(SampledAnswer answer, string text) => constitution is null ? null
        : RulesScore.Of(constitution, prompts[answer.Prompt].Turns, prompts[answer.Prompt].Expectation, new(text, answer.Ended));

    /// <summary>What a training's own samples are as texts, prompt by prompt.</summary>
    /// <param name="answers">As many to each prompt, side by side.</param>
    internal IReadOnlyList<AnsweredPrompt> Read(IReadOnlyList<SampledAnswer> answers) =>
    [
        .. answers.GroupBy(answer => answer.Prompt).Select(group => new AnsweredPrompt(
            prompts[group.Key], [.. group.Select(answer => new Candidate(chat.Text(answer.Tokens), answer.Ended))])),
    ];

    private sealed class ByRules(TrainingTexts texts) : IResponseReward
    {
        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) =>
            [.. answers.Select(answer => (float)(texts.Score(answer, texts.chat.Text(answer.Tokens)) ?? double.NaN))];
    }

    private sealed class ByAnswer(TrainingTexts texts) : IResponseReward
    {
        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) =>
            [.. answers.Select(answer => texts.prompts[answer.Prompt].Expectation?.Answer is not { } right ? float.NaN
                : FinalAnswer.Same(right, texts.chat.Text(answer.Tokens)) ? 1 : 0)];
    }
}
