using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Coordinator.Stages;
using Rlaif.Feedback.Labeling;
using Rlaif.Feedback.Statistics;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>A pair with the texts that a labeler sees.</summary>
internal sealed record ShownPair(PairRow Row, Prompt Prompt, Candidate First, Candidate Second);

/// <summary>Commands to the labelers of a pool.</summary>
internal static class LabelCommands
{
    /// <summary>Label commands are many and short.</summary>
    public const int Window = 256;

    public static IEnumerable<StageCommand> Of(RunContext run, string pool, IEnumerable<ShownPair> pairs, DateTimeOffset now) =>
        pairs.Select(pair => Of(run, pool, pair, Principles(run, pool, pair), now));

    public static StageCommand Of(RunContext run, string pool, ShownPair pair, IReadOnlyList<PrincipleText> principles, DateTimeOffset now)
    {
        var question = LabelQuestion.Of(run.Id, pair.Row.Id, pool, pair.Prompt, pair.First, pair.Second, principles, run.Constitution, now);
        return new(question.Id, question, pool);
    }

    /// <summary>Machine checks cost nothing, so rules are asked for all principles that they can tell; everybody else for one that is drawn
    /// (Bai et al. 2022, section 4.1: one of sixteen per comparison).</summary>
    private static IReadOnlyList<PrincipleText> Principles(RunContext run, string pool, ShownPair pair)
    {
        var applicable = run.Constitution.TextsFor(pair.Prompt.Expectation);
        if (pool == RulesLabeler.Name)
        {
            return [.. applicable.Where(principle => principle.Check is not null)];
        }

        var random = new SplitMix(RlaifId.Seed(RlaifId.Of(pair.Row.Id, pool, "principle")));
        return applicable is [] ? [LabelQuestion.Overall] : [applicable[random.Below(applicable.Count)]];
    }
}
