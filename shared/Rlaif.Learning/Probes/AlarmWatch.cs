using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Learning.Probes;

/// <summary>Looks at a policy while it is trained, and stops the training when a figure leaves its band.</summary>
/// <param name="algorithm">As it stands in the alarm.</param>
/// <param name="look">Figures of the policy as it is now.</param>
/// <param name="accepted">Measures whose alarm was raised before in this training and passed by people: they raise none any more.</param>
internal sealed class AlarmWatch(string algorithm, AlarmRecipe recipe, Func<CancellationToken, ProbeFigures> look, IReadOnlyCollection<string> accepted)
{
    private ProbeFigures? start;

    /// <summary>Told of the figures of earlier steps when a training goes on: the start is among them.</summary>
    public void Resume(IReadOnlyList<TrainingMetric> earlier) => start = ProbeFigures.Start(earlier);

    /// <summary>Adds figures to the metrics when a look is due.</summary>
    /// <exception cref="TrainingAlarmException">One of them has left its band.</exception>
    public void Look(int done, int steps, List<TrainingMetric> metrics, CancellationToken cancel)
    {
        if (done % recipe.Every != 0 && done != steps)
        {
            return;
        }

        var now = look(cancel);
        metrics.AddRange(now.Metrics(done));
        start ??= now;
        if (AlarmBand.Left(recipe, start, ProbeFigures.BestRules(metrics), now).Where(left => !accepted.Contains(left.Measure)).ToList() is [_, ..] left)
        {
            throw new TrainingAlarmException(
                $"The alarm of {algorithm} stopped it after step {done} of {steps}: {string.Join("; ", left.Select(one => one.Said))}.", done, left, [.. metrics]);
        }
    }
}
