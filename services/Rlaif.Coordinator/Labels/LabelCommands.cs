using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Coordinator.Stages;
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

    private const string Rules = "rules";

    /// <summary>Of the overall question, on pairs whose better response people named without a principle.</summary>
    public static readonly PrincipleText Overall = new("overall", "Which response is better overall: more helpful, more honest and less harmful?");

    /// <summary>The id of the command that asks a pool about a pair.</summary>
    public static Guid IdOf(Guid pair, string pool) => RlaifId.Of(pair, pool, 1);

    public static IEnumerable<StageCommand> Of(RunContext run, string pool, IEnumerable<ShownPair> pairs, DateTimeOffset now) =>
        pairs.Select(pair => Of(run, pool, pair, Principles(run, pool, pair), now));

    public static StageCommand Of(RunContext run, string pool, ShownPair pair, IReadOnlyList<PrincipleText> principles, DateTimeOffset now)
    {
        var id = IdOf(pair.Row.Id, pool);
        return new(
            id,
            new LabelPreference
            {
                Id = id,
                RunId = run.Id,
                PairId = pair.Row.Id,
                Pool = pool,
                Prompt = pair.Prompt.Turns,
                First = pair.First,
                Second = pair.Second,
                Principles = principles,
                Expectation = pair.Prompt.Expectation,
                Guidelines = pool == Rules ? "" : run.Constitution.Guidelines,      // machine checks read no guidelines, and there are many commands
                Constitution = run.Constitution.Sha256,
                Deadline = now + QuietPools.Patience(pool),
            },
            pool);
    }

    /// <summary>Machine checks cost nothing, so rules are asked for all principles that they can tell; everybody else for one that is drawn
    /// (Bai et al. 2022, section 4.1: one of sixteen per comparison).</summary>
    private static IReadOnlyList<PrincipleText> Principles(RunContext run, string pool, ShownPair pair)
    {
        var applicable = run.Constitution.TextsFor(pair.Prompt.Expectation);
        if (pool == Rules)
        {
            return [.. applicable.Where(principle => principle.Check is not null)];
        }

        var random = new SplitMix(RlaifId.Seed(RlaifId.Of(pair.Row.Id, pool, "principle")));
        return applicable is [] ? [Overall] : [applicable[random.Below(applicable.Count)]];
    }
}
