using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Runs;

/// <summary>Which policy plays which part in a round, read off the facts.</summary>
internal sealed class RunLineage(TrainingTables trainings, EvaluationTables evaluations)
{
    /// <summary>The policy that a round starts from: the last one promoted before it. Round 0 is the starting policy.</summary>
    public async Task<(string Artifact, int Round)> Incumbent(RunContext run, int round, CancellationToken cancel)
    {
        var promoted = (await evaluations.Of(run.Id, cancel)).LastOrDefault(evaluation => evaluation.Promoted && evaluation.Round < round);
        return promoted is null ? (run.Row.StartPolicy, 0) : (promoted.Candidate, promoted.Round);
    }

    /// <summary>The round's policy as far as it is trained: after its last finished algorithm, or the incumbent before the first.</summary>
    public async Task<string> Candidate(RunContext run, int round, CancellationToken cancel) =>
        (await trainings.Checkpoints(run.Id, cancel)).LastOrDefault(checkpoint => checkpoint.Round == round && checkpoint.Kind == "policy")?.Artifact
        ?? (await Incumbent(run, round, cancel)).Artifact;

    /// <summary>The newest checkpoint before a round beside which the critic of this algorithm lies, promoted or not: a critic learns from either. Null when
    /// there is none.</summary>
    public async Task<string?> Critic(RunContext run, int round, int position, CancellationToken cancel)
    {
        var trained = Enumerable.Range(1, round - 1).Select(earlier => RlaifId.Of(run.Id, earlier, "ppo", position)).ToHashSet();
        return (await trainings.Checkpoints(run.Id, cancel)).LastOrDefault(checkpoint => trained.Contains(checkpoint.CommandId))?.Artifact;
    }

    /// <summary>The newest reward model up to a round; null when none was trained.</summary>
    public async Task<string?> RewardModel(RunContext run, int round, CancellationToken cancel) =>
        (await trainings.Checkpoints(run.Id, cancel)).LastOrDefault(checkpoint => checkpoint.Round <= round && checkpoint.Kind == "reward-model")?.Artifact;
}
