using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Constitutions;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>What can be done with a run: the same in one process and over HTTP.</summary>
public sealed class RunDesk(
    RunTables runs, WorkTables work, TrainingTables trainings, EvaluationTables evaluations, ArtifactStore artifacts,
    RunSignal signal, TimeProvider time)
{
    /// <summary>Creates the run, or lets it go on when it is there and waits.</summary>
    /// <exception cref="InputException">It cannot be run, in one sentence.</exception>
    public async Task Create(RunDocument document, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(document);
        var constitution = Constitution.Parse(document.Constitution, $"the constitution of run {RlaifId.Short(document.Id)}");
        var row = new RunRow
        {
            Id = document.Id,
            Name = document.Name,
            Recipe = document.Recipe,
            Seed = document.Seed,
            StartPolicy = document.StartPolicy,
            Constitution = document.Constitution,
            ConstitutionSha256 = constitution.Sha256,
            CreatedAt = time.GetUtcNow(),
        };
        await Check(row, constitution, document.Prompts, cancel);
        try
        {
            await runs.Create(row, RunPrompts.Read(artifacts, document.Prompts, document.Id, cancel), cancel);
        }
        catch (InvalidDataException error)
        {
            throw new InputException($"The file of prompts {document.Prompts} is no run's: {error.Message}", error);
        }

        await Resume(document.Id, cancel);
    }

    /// <summary>How far a run is; null when there is none.</summary>
    public async Task<RunState?> State(Guid id, CancellationToken cancel)
    {
        // The run before its stages: whatever ended before it ended is seen.
        if (await runs.Find(id, cancel) is not { } run)
        {
            return null;
        }

        var (step, steps) = await trainings.Progress(id, cancel);
        return new()
        {
            Id = id,
            Name = run.Name,
            Rounds = Json.Read<Recipe>(run.Recipe).Rounds,
            CreatedAt = run.CreatedAt,
            EndedAt = run.EndedAt,
            PauseReason = run.PauseReason,
            FinalPolicy = run.FinalPolicy,
            Stages = await work.Stages(id, cancel),
            Step = step,
            Steps = steps,
            At = time.GetUtcNow(),
        };
    }

    /// <summary>Nobody works for the run until it is resumed.</summary>
    public async Task Pause(Guid id, string reason, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await runs.Pause(RlaifId.Of(id, "paused", reason, now.UtcTicks), id, reason.Length > 0 ? reason : "Paused.", now, cancel);
    }

    /// <summary>Lets a run that waits go on: what was asked for and not answered is asked for again.</summary>
    public async Task Resume(Guid id, CancellationToken cancel)
    {
        if (await runs.Find(id, cancel) is { EndedAt: null, GoesOn: false })
        {
            var now = time.GetUtcNow();
            await work.IssueAgain(id, cancel);
            await runs.Pause(RlaifId.Of(id, "resumed", now.UtcTicks), id, "", now, cancel);
        }

        signal.Signal.Raise();
    }

    /// <summary>Ends the run with the policy that it has so far.</summary>
    public async Task Cancel(Guid id, CancellationToken cancel)
    {
        if (await runs.Find(id, cancel) is { EndedAt: null } run)
        {
            await Pause(id, "Cancelled.", cancel);
            var promoted = (await evaluations.Of(id, cancel)).LastOrDefault(evaluation => evaluation.Promoted);
            await runs.End(id, promoted?.Candidate ?? run.StartPolicy, time.GetUtcNow(), cancel);
        }
    }

    /// <summary>Looks at what a trainer would find out too, after everything before it.</summary>
    /// <exception cref="InputException">The recipe rewards by rules, and the constitution has none that a machine checks.</exception>
    public static void CheckRewards(Recipe recipe, Constitution constitution)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(constitution);
        if (recipe.Optimize.Any(one => one.Online?.Rewards is { Rules: > 0 }) && !constitution.HasMachineChecks)
        {
            throw new InputException($"The recipe rewards by rules, and the constitution {constitution.Id} has no machine check; give a principle one, or leave rewards.rules out. Nothing was started.");
        }
    }

    private async Task Check(RunRow row, Constitution constitution, string prompts, CancellationToken cancel)
    {
        // JSON is YAML: the rules of a recipe in a file hold for this one too.
        var recipe = RecipeFile.Parse(row.Recipe, $"the recipe of run {RlaifId.Short(row.Id)}");
        _ = Numerics.Of(recipe);
        CheckRewards(recipe, constitution);

        foreach (var (what, artifact) in new[] { ("starting policy", row.StartPolicy), ("file of prompts", prompts) })
        {
            if (!await artifacts.Holds(artifact, cancel))
            {
                throw new InputException($"The {what} {artifact} is not here; upload it to /v1/artifacts/{artifact} first.");
            }
        }
    }
}
