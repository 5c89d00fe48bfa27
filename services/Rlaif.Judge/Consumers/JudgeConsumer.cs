using MassTransit;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Judge.Consumers;

/// <summary>Serves the queue <c>label-judge</c>: the model that the run's recipe names votes on the pair. A pair that cannot be asked about now
/// goes to the back of the queue: a slow judge, or one that is away, holds up no other run, and no pair for so long that the broker takes it
/// back.</summary>
internal sealed class JudgeConsumer(Judges judges, RunTables runs, RunGuard guard, TimeProvider time, ILogger<JudgeConsumer> log) : IConsumer<LabelPreference>
{
    /// <summary>How long an endpoint may be away before the run pauses.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(30), LongestTurn = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<LabelPreference> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        try
        {
            var judge = await judges.OfRun(command.RunId, cancel);
            if (!await runs.IsGoingOn(command.RunId, cancel))
            {
                return;     // whoever resumes it asks again
            }

            if (await Label(command, judge, cancel) is { } label)
            {
                await context.Publish(label, cancel);
            }
            else
            {
                var queue = await context.GetSendEndpoint(RlaifBus.LabelAddress(command.Pool));
                await queue.Send(command, sending => sending.MustArrive(), cancel);
            }
        }
        catch (InputException unusable)
        {
            await context.Publish(
                new PreferenceDeclined(command.Id, command.RunId, command.PairId, command.Pool, "judge", FailureKind.NotQualified, unusable.Message), cancel);
        }
    }

    /// <summary>The judge's label; null when it could not be asked. An endpoint that is away says nothing about the pair.</summary>
    private async Task<PreferenceLabeled?> Label(LabelPreference command, ModelJudge judge, CancellationToken cancel)
    {
        PreferenceLabeled label;
        using (var turn = await judge.Model.Turn(LongestTurn, cancel))
        {
            if (turn is null)
            {
                return null;
            }

            label = await judge.Label(command, cancel);
        }

        if (label.Votes.FirstOrDefault(vote => vote.Failure == FailureKind.Unreachable) is not { } unreached)
        {
            return label;
        }

        var away = judge.Model.Away;
        if (away > Patience)
        {
            // The endpoint's words come in lines, and what to do stands behind them: a pause is one line.
            var why = string.Join(' ', unreached.Detail?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []);
            await guard.Pause(
                command.RunId, "judge", $"{label.Labeler} cannot be reached since {Patience.TotalMinutes:0} minutes ({why}); start it, or name another in judge.endpoint.", cancel);
            judge.Model.ForgetAway();
        }
        else
        {
            log.LogWarning("{Judge} cannot be reached ({Reason}); run {Run} waits for it", label.Labeler, unreached.Detail, RlaifId.Short(command.RunId));
            await Task.Delay(away < ShortestWait ? ShortestWait : away < LongestWait ? away : LongestWait, time, cancel);
        }

        return null;
    }
}
