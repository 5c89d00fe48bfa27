using Rlaif.Contracts;
using Rlaif.Feedback.Judging;
using Rlaif.Feedback.Statistics;
using Rlaif.Recipes;

namespace Rlaif.Judge.Asking;

/// <summary>A labeler that asks a model. Pairwise: which response is better, in both orders, so that what the place alone decides shows.
/// Pointwise: is this response good, for each alone; no order, so no place to prefer.</summary>
public sealed class ModelJudge(JudgeSettings settings, JudgeModel model)
{
    private const int DetailLength = 200;

    /// <summary>The model that is asked.</summary>
    internal JudgeModel Model => model;

    /// <summary>One vote for each principle of the command. A call that failed makes its vote a failure, never a preference.</summary>
    public async Task<PreferenceLabeled> Label(LabelPreference command, CancellationToken cancel)
    {
        if (command.Principles.Count == 0)
        {
            throw new InputException($"Label {command.Id} names no principle, so there is nothing to judge by.");
        }

        var asked = await Task.WhenAll(command.Principles.Select(principle => Ask(command, principle, cancel)));
        return new()
        {
            Id = command.Id,
            RunId = command.RunId,
            PairId = command.PairId,
            Pool = command.Pool,
            Labeler = settings.Labeler,
            Votes = [.. command.Principles.Zip(asked, (principle, answers) => Vote(principle, answers.First, answers.Second))],
            Calls = asked.Sum(answers => answers.First.Prompts.Count + answers.Second.Prompts.Count),
            PromptSha256 = JudgePrompt.Sha256(asked.SelectMany(answers => answers.First.Prompts.Concat(answers.Second.Prompts))),
        };
    }

    private async Task<(Answer First, Answer Second)> Ask(LabelPreference command, PrincipleText principle, CancellationToken cancel)
    {
        var answers = settings.Pointwise
            ? await Task.WhenAll(One(command.First), One(command.Second))
            : await Task.WhenAll(Place(command, principle, swapped: false, cancel), Place(command, principle, swapped: true, cancel));
        return (answers[0], answers[1]);

        async Task<Answer> One(Candidate response)
        {
            var prompt = JudgePrompts.Single(command, principle, response);
            return LogOdds(prompt, await model.Ask(prompt, logProbs: true, cancel));
        }
    }

    /// <summary>Log-odds of the first place in one order: from log-probabilities, or from a verdict in words where none are offered.</summary>
    private async Task<Answer> Place(LabelPreference command, PrincipleText principle, bool swapped, CancellationToken cancel)
    {
        var prompts = new List<JudgePrompt>();
        if (model.OffersLogProbs)
        {
            prompts.Add(JudgePrompts.Pair(command, principle, swapped, JudgeAnswer.Letter));
            var letter = await model.Ask(prompts[0], logProbs: true, cancel);
            if (letter.Failure is not null || letter.FirstToken is not null)
            {
                return LogOdds(prompts[0], letter);
            }
        }

        prompts.Add(JudgePrompts.Pair(command, principle, swapped, JudgeAnswer.Marker));
        var reply = await model.Ask(prompts[^1], logProbs: false, cancel);
        model.OffersLogProbs &= reply.Failure is not null;
        var outcome = reply.Failure is { } failed
            ? VerdictOutcome.Failed(failed) : VerdictParser.Parse(reply.Text, reply.Finish, prompts[^1].Question);

        // A verdict in words is one whose other token was not listed.
        var logOdds = outcome.Verdict switch { "A" => SoftPreference.Cap, "B" => -SoftPreference.Cap, "tie" => 0, _ => (double?)null };
        return new(prompts, logOdds, outcome.Failure, Detail: reply.Detail ?? reply.Text);
    }

    private static Answer LogOdds(JudgePrompt prompt, JudgeReply reply)
    {
        var logOdds = reply.Failure is null ? reply.LogOdds(prompt) : null;
        var failure = reply.Failure ?? (logOdds is null ? FailureKind.NoLogProbs : null);
        return new([prompt], logOdds, failure, Detail: reply.Detail ?? reply.Text);
    }

    private Vote Vote(PrincipleText principle, Answer first, Answer second)
    {
        if (first.LogOdds is not { } l1 || second.LogOdds is not { } l2)
        {
            var failed = first.LogOdds is null ? first : second;
            return new() { Principle = principle.Id, Failure = failed.Failure, Detail = Short(failed.Detail) };
        }

        if (settings.Pointwise)
        {
            return new() { Principle = principle.Id, Preference = SoftPreference.Sigmoid(l1 - l2) };
        }

        var soft = SoftPreference.Of(l1, l2);
        return new()
        {
            Principle = principle.Id,
            Preference = soft.Probability,
            PositionBias = soft.B,
            OrderConsistent = soft.OrderConsistent || soft is { L1: 0, L2: 0 }, // a tie in both orders is the same verdict
        };
    }

    private static string Short(string text) =>
        text.Length <= DetailLength ? text : $"{text[..(char.IsHighSurrogate(text[DetailLength - 1]) ? DetailLength - 1 : DetailLength)]}…";

    /// <summary>The answer to one question: log-odds or a failure, and what was asked for it.</summary>
    private sealed record Answer(IReadOnlyList<JudgePrompt> Prompts, double? LogOdds, FailureKind? Failure, string Detail);
}
