using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Learning.Rewards;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>The run's judge as a source of rewards: siblings are compared as they are sampled. Labels are facts: what was said of the same texts before is not
/// asked again, so the same answers get the same rewards although a judge may change its mind.</summary>
internal sealed class JudgeReward : IResponseReward
{
    private readonly RolloutLabels labels;
    private readonly CommandRow training;
    private readonly Constitution constitution;
    private readonly Recipe recipe;
    private readonly TrainingTexts texts;
    private readonly CancellationToken stopping;
    private readonly Dictionary<Guid, Task<bool>> begun = [];      // touched on the torch thread only

    private JudgeReward(RolloutLabels labels, CommandRow training, Constitution constitution, Recipe recipe, TrainingTexts texts, CancellationToken stopping) =>
        (this.labels, this.training, this.constitution, this.recipe, this.texts, this.stopping) = (labels, training, constitution, recipe, texts, stopping);

    /// <param name="stopping">Ends the training.</param>
    public static async Task<JudgeReward> Of(RolloutLabels labels, RunRow run, Constitution constitution, JobRow job, TrainingTexts texts, CancellationToken stopping) =>
        new(labels, await labels.Training(job, stopping), constitution, Json.Read<Recipe>(run.Recipe), texts, stopping);

    public void Announce(IReadOnlyList<SampledAnswer> answers)
    {
        if (labels.IsElsewhere(recipe.Judge))
        {
            var pairs = Pairs(answers);
            begun[pairs.Name] = Task.Run(() => labels.Ask(training, at => pairs.Questions(1, at), stopping), stopping);
        }
    }

    /// <exception cref="InputException">Nobody answers, or the judge fails on all of them: the run pauses, and asks again when it goes on.</exception>
    public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel)
    {
        var pairs = Pairs(answers);
        begun.Remove(pairs.Name, out var early);
        return TorchThread.WaitFor(() => Of(pairs, early, cancel));
    }

    private RolloutPairs Pairs(IReadOnlyList<SampledAnswer> answers) => new(training.RunId, training.Id, constitution, recipe.Pairs.TieMargin, texts.Read(answers));

    private async Task<IReadOnlyList<float>> Of(RolloutPairs pairs, Task<bool>? early, CancellationToken cancel)
    {
        var wereThere = early is null ? (bool?)null : await early;
        for (var attempt = 1; ; attempt++)
        {
            var (votes, wasThere, failure) = await labels.Of(training, at => pairs.Questions(attempt, at), cancel);
            if (!pairs.OnlyFailures(votes))
            {
                return pairs.Rewards(votes);
            }

            // Failures that were there before have paused the run: whoever resumed it wants them to be asked for again.
            if (!(attempt == 1 && wereThere is { } before ? before : wasThere))
            {
                throw new InputException(
                    $"The judge failed on every response of a batch that {training.Stage} of round {training.Round} sampled ({failure}), so there is nothing to learn from; " +
                    "mend it, or name another in judge.endpoint, and resume the run: it is asked again.");
            }
        }
    }
}
