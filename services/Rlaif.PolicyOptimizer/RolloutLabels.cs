using MassTransit;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>What a labeler said of pairs of rollouts.</summary>
/// <param name="Votes">All votes on the pairs.</param>
/// <param name="WasThere">Whether nothing had to be waited for.</param>
/// <param name="Failure">Why there is no vote on one of them; empty: there is none.</param>
internal sealed record RolloutVotes(IReadOnlyList<VoteRow> Votes, bool WasThere, string Failure);

/// <summary>Asks a labeler about what a training samples, and waits for the labels. The questions are rows: the Coordinator sends them as it does all others,
/// again after a loss too, and stores what comes back.</summary>
internal sealed class RolloutLabels(PairTables labels, WorkTables work, IBus bus, Deployment deployment, Patience patience, TimeProvider time)
{
    private const int AtOnce = 500;

    // A judge takes a fraction of a second for a question, or minutes for all of them.
    private static readonly TimeSpan ShortestGlance = TimeSpan.FromMilliseconds(20), LongestGlance = TimeSpan.FromSeconds(1);

    /// <summary>The command behind a job.</summary>
    public async Task<CommandRow> Training(JobRow job, CancellationToken cancel) => (await work.Command(job.Id, cancel))!;

    /// <summary>Whether a judge works while a training of this process does. In one process it may be a model that waits for the thread of the
    /// training, and a call has a time limit.</summary>
    public bool IsElsewhere(JudgeRecipe judge) => judge.Endpoint is not null || deployment.Broker is not null;

    /// <summary>Asks, and waits for nothing. What was asked before stays as it is.</summary>
    /// <returns>Whether everything had an answer already.</returns>
    /// <inheritdoc cref="Of"/>
    public async Task<bool> Ask(CommandRow training, Func<DateTimeOffset, IReadOnlyList<LabelPreference>> questions, CancellationToken cancel)
    {
        var asked = questions(time.GetUtcNow());
        return (await Asked(training, asked, cancel)).Count == asked.Count;
    }

    /// <summary>The votes on some pairs, of those that the labeler did not decline.</summary>
    /// <param name="questions">The questions, as of now; all of one pool.</param>
    /// <exception cref="InputException">Nobody has answered any for as long as the pool has for a pair.</exception>
    public async Task<RolloutVotes> Of(CommandRow training, Func<DateTimeOffset, IReadOnlyList<LabelPreference>> questions, CancellationToken cancel)
    {
        var asked = questions(time.GetUtcNow());
        var there = await Asked(training, asked, cancel);
        var wasThere = there.Count == asked.Count;
        there = wasThere ? there : await Wait(training, asked, cancel);

        var votes = new List<VoteRow>();
        foreach (var some in asked.Chunk(AtOnce))
        {
            votes.AddRange(await patience.Try("The votes of a judge", attempt => labels.Votes([.. some.Select(one => one.PairId)], attempt), cancel));
        }

        var failed = votes.Where(vote => vote.Failure is not null).Select(vote => $"{vote.Failure}: {vote.Detail}");
        return new(votes, wasThere, there.Select(answer => answer.Declined).OfType<string>().Concat(failed).FirstOrDefault("").ReplaceLineEndings(" ").TrimEnd(' ', ':', '.'));
    }

    /// <summary>The answers that were there; for the others somebody is asked.</summary>
    private async Task<IReadOnlyList<AnswerRow>> Asked(CommandRow training, IReadOnlyList<LabelPreference> asked, CancellationToken cancel)
    {
        var there = await Answers(asked, cancel);
        if (there.Count < asked.Count)
        {
            await patience.Try($"Training {training.Id}", attempt => Ask(training, asked, attempt), cancel);
        }

        return there;
    }

    private async Task Ask(CommandRow training, IReadOnlyList<LabelPreference> asked, CancellationToken cancel)
    {
        // Behind those of the batches that are due earlier.
        var (stage, first) = (StageRow.OfRewards(training.Stage), await work.NextOrdinal(training.RunId, training.Round, StageRow.OfRewards(training.Stage), cancel));
        await work.Add(
            [.. asked.Select((question, i) => new CommandRow
            {
                Id = question.Id, RunId = training.RunId, Round = training.Round, Stage = stage, Ordinal = first + i,
                Kind = nameof(LabelPreference), Pool = question.Pool, Body = Json.Of(question), Trace = training.Trace,
            })],
            cancel);
        var told = new RolloutsPaired(RlaifId.Of(training.Id, asked[0].Id), training.RunId, training.Round, asked.Count);
        await bus.Within(limit => bus.Publish(told, limit), cancel);
    }

    private async Task<IReadOnlyList<AnswerRow>> Wait(CommandRow training, IReadOnlyList<LabelPreference> asked, CancellationToken cancel)
    {
        var (began, glance) = (time.GetUtcNow(), ShortestGlance);
        while (true)
        {
            var there = await Answers(asked, cancel);
            if (there.Count == asked.Count)
            {
                return there;
            }

            if (await IsQuiet(asked[0], began, cancel))
            {
                await GiveUp(training, asked, there, began, cancel);
                continue;
            }

            await Task.Delay(glance, time, cancel);
            glance = glance * 2 < LongestGlance ? glance * 2 : LongestGlance;
        }
    }

    private async Task<bool> IsQuiet(LabelPreference one, DateTimeOffset began, CancellationToken cancel)
    {
        var silent = time.GetUtcNow() - LabelQuestion.Patience(one.Pool);
        return began <= silent && !(await patience.Try("The last label of a judge", attempt => labels.LastLabel(one.RunId, one.Pool, attempt), cancel) > silent);
    }

    // A fact like any other label: the rewards stay what they are when somebody answers later. Where there is no answer at all there is nothing to go on with.
    private async Task GiveUp(CommandRow training, IReadOnlyList<LabelPreference> asked, IReadOnlyList<AnswerRow> there, DateTimeOffset began, CancellationToken cancel)
    {
        var pool = asked[0].Pool;
        if (there.Count == 0)
        {
            throw new InputException(
                $"Nobody of pool {pool} has answered any of {asked.Count} pairs that {training.Stage} of round {training.Round} asked about at {began:u}, so there is nothing to learn from; " +
                "start a labeler of that pool and resume the run: it is asked again.");
        }

        var answered = there.Select(answer => answer.Id).ToHashSet();
        IReadOnlyList<(PreferenceLabeled Label, string? Declined)> given =
        [
            .. asked.Where(question => !answered.Contains(question.Id)).Select(question => (
                new PreferenceLabeled { Id = question.Id, RunId = question.RunId, PairId = question.PairId, Pool = pool, Labeler = PairTables.Nobody, Votes = [] },
                (string?)$"{FailureKind.Timeout}: no answer by {time.GetUtcNow():u}")),
        ];
        await patience.Try("Labels that nobody gave", attempt => labels.Insert(given, time.GetUtcNow(), attempt), cancel);
    }

    private async Task<IReadOnlyList<AnswerRow>> Answers(IReadOnlyList<LabelPreference> asked, CancellationToken cancel)
    {
        var answers = new List<AnswerRow>();
        foreach (var some in asked.Chunk(AtOnce))
        {
            answers.AddRange(await patience.Try("The labels of a judge", attempt => labels.Answers([.. some.Select(one => one.Id)], attempt), cancel));
        }

        return answers;
    }
}
