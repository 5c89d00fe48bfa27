using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;

namespace Rlaif.Feedback.Labeling;

/// <summary>What a labeler is asked about a pair, whoever has made the pair.</summary>
public static class LabelQuestion
{
    /// <summary>The pool of the model that the run's recipe names.</summary>
    public const string Judge = "judge";

    /// <summary>The pool that people serve.</summary>
    public const string People = "human";

    /// <summary>On pairs whose better response people named without a principle.</summary>
    public static readonly PrincipleText Overall = new("overall", "Which response is better overall: more helpful, more honest and less harmful?");

    /// <summary>How long a pool has for a pair: people have weekends.</summary>
    public static TimeSpan Patience(string pool) => pool == People ? TimeSpan.FromDays(7) : TimeSpan.FromDays(1);

    /// <summary>The id of the command that asks a pool about a pair.</summary>
    /// <param name="attempt">From 1.</param>
    public static Guid IdOf(Guid pair, string pool, int attempt = 1) => RlaifId.Of(pair, pool, attempt);

    /// <summary>The command.</summary>
    /// <param name="principles">What to judge by.</param>
    /// <param name="now">When its time begins to run.</param>
    public static LabelPreference Of(
        Guid run, Guid pair, string pool, Prompt prompt, Candidate first, Candidate second, IReadOnlyList<PrincipleText> principles,
        Constitution constitution, DateTimeOffset now, int attempt = 1)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(constitution);
        return new()
        {
            Id = IdOf(pair, pool, attempt),
            RunId = run,
            PairId = pair,
            Pool = pool,
            Prompt = prompt.Turns,
            First = first,
            Second = second,
            Principles = principles,
            Expectation = prompt.Expectation,
            Guidelines = pool == RulesLabeler.Name ? "" : constitution.Guidelines,      // machine checks read no guidelines, and there are many commands
            Constitution = constitution.Sha256,
            Deadline = now + Patience(pool),
        };
    }
}
