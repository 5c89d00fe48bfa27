using System.Collections.Concurrent;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Judge.Asking;

/// <summary>The judges of all runs. Runs that name the same judge share it, and so its limit of calls at once.</summary>
public sealed class Judges(RunTables runs, IHttpClientFactory clients, JudgeEndpoint own, JudgeKey key, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, JudgeSettings> settingsOfRuns = new();
    private readonly ConcurrentDictionary<JudgeSettings, Lazy<JudgeModel>> models = new();

    /// <summary>The judge that a run's recipe names; a run never changes.</summary>
    public async Task<ModelJudge> OfRun(Guid runId, CancellationToken cancel)
    {
        if (!settingsOfRuns.TryGetValue(runId, out var settings))
        {
            var run = await runs.Find(runId, cancel) ?? throw new InputException($"Run {runId} is not in the database, so its judge is not known.");
            var recipe = Json.Read<Recipe>(run.Recipe);
            settings = JudgeSettings.Of(
                recipe.Judge, run.StartPolicy, recipe.Judge.Endpoint is null ? await own.Address(cancel) : null,
                counts: recipe.JudgeCounts);
            settingsOfRuns[runId] = settings;
        }

        return Of(settings);
    }

    /// <summary>A judge by its settings.</summary>
    public ModelJudge Of(JudgeSettings settings) => new(settings, models.GetOrAdd(settings, Model).Value);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in models.Values.Where(model => model.IsValueCreated))
        {
            model.Value.Dispose();
        }
    }

    private Lazy<JudgeModel> Model(JudgeSettings settings) =>
        new(() => new JudgeModel(settings, clients.CreateClient(JudgeServices.Client), key.Value, clock));
}

/// <summary>The endpoint's key, from RLAIF_JUDGE_KEY; it is not part of any recipe, log or message.</summary>
public sealed class JudgeKey(string? value)
{
    /// <summary>The key; null: none.</summary>
    internal string? Value => value;
}
