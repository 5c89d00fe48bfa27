using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>What became of a step.</summary>
internal enum StepVerdict
{
    /// <summary>Its gradients moved the weights.</summary>
    Learn,

    /// <summary>They did not.</summary>
    Skip,

    /// <summary>They did not, and no further step follows on the same responses.</summary>
    EndBatch,

    /// <summary>Weights and moments are those of an earlier step, and no further step follows on the same responses.</summary>
    GoBack,

    /// <summary>Nothing was computed: the responses were done with.</summary>
    LeaveOut,
}

/// <summary>How far a policy may move before a step on its own samples does more harm than good.</summary>
internal static class StepGuard
{
    public const string Rollbacks = "guard/rollbacks", RatioMax = "guard/ratio_max";

    private static readonly (string Name, StepVerdict Of)[] Names =
    [
        ("guard/skipped_updates", StepVerdict.Skip), ("guard/early_ends", StepVerdict.EndBatch),
        (Rollbacks, StepVerdict.GoBack), ("guard/left_out_steps", StepVerdict.LeaveOut),
    ];

    /// <summary>The figure that <see cref="Of"/> needs, for objectives that do not have them anyway.</summary>
    public static IReadOnlyList<string> Metrics(GuardsRecipe? guards) => guards is { LooksAtSteps: true } ? ["approximate_kl_k3_nats_per_token"] : [];

    /// <summary>What the guards say of a step.</summary>
    /// <param name="guards">Null: nothing.</param>
    /// <param name="kl">k3 of the step's tokens, sampling policy against policy, nats per token.</param>
    /// <param name="ratioMax">Largest policy / sampling policy over the same tokens.</param>
    public static StepVerdict Of(GuardsRecipe? guards, double kl, double ratioMax) =>
        kl > guards?.MaxStepKl ? StepVerdict.EndBatch : ratioMax > guards?.MaxRatio ? StepVerdict.Skip : StepVerdict.Learn;

    /// <summary>Looks at a policy before anything is learnt from its samples.</summary>
    /// <param name="guards">Null: it may be anywhere.</param>
    /// <param name="kl">k1 of its samples against the reference, nats per sequence.</param>
    /// <exception cref="DivergedException">It is too far away.</exception>
    public static void CheckDistance(GuardsRecipe? guards, double kl)
    {
        if (guards?.MaxKl is { } most && !(kl <= most))
        {
            throw new DivergedException(FormattableString.Invariant(
                $"The training diverged: its policy is {kl:0.##} nats per sequence away from the reference, guards.maxKl is {most}; lower the learning rate or raise beta."));
        }
    }

    /// <summary>1 for what happened in a step, 0 for what did not.</summary>
    public static IEnumerable<TrainingMetric> Figures(int step, StepVerdict verdict) =>
        Names.Select(name => new TrainingMetric(step + 1, name.Name, name.Of == verdict ? 1 : 0));
}
