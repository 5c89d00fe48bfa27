using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>Gives up on labelers who are gone, so that the run goes on with what it has. A deadline alone tells nothing: of a long stage most
/// commands are sent after it, and a run may have been paused for days. A pool counts as gone when its commands are past their deadline and for
/// as long as it had then nobody answered any of them, although the run went on and somebody looked.</summary>
internal sealed class QuietPools(PairTables pairs, WorkTables work, LabelWriter writer, TimeProvider time, ILogger<QuietPools> log)
{
    /// <summary>True when something was given up.</summary>
    /// <param name="since">For how long this process has seen the run go on.</param>
    public async Task<bool> GiveUp(StageRow stage, string pool, DateTimeOffset since, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var silent = now - LabelQuestion.Patience(pool);
        if (since > silent || stage.PlannedAt > silent || await pairs.LastLabel(stage.RunId, pool, cancel) > silent)
        {
            return false;
        }

        var expired = (await work.Open(stage, pool, LabelWriter.Most, cancel)).Where(row => row.Kind == nameof(LabelPreference))
            .Select(row => Json.Read<LabelPreference>(row.Body)).Where(command => command.Deadline <= now).ToList();
        if (expired is [])
        {
            return false;
        }

        log.LogWarning("{Count} pairs get no label of pool {Pool}: nobody has answered since {Silent:u}", expired.Count, pool, silent);
        await Task.WhenAll(expired.Select(command => writer.Write(Label(command), $"{FailureKind.Timeout}: no answer by {command.Deadline:u}", cancel)));
        return true;
    }

    private static PreferenceLabeled Label(LabelPreference command) => new()
    {
        Id = command.Id,
        RunId = command.RunId,
        PairId = command.PairId,
        Pool = command.Pool,
        Labeler = PairTables.Nobody,
        Votes = [],
    };
}
