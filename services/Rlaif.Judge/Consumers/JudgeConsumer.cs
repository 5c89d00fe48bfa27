using MassTransit;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Judge.Consumers;

/// <summary>Serves the queue <c>label-judge</c>: the model that the run's recipe names votes on the pair.</summary>
internal sealed class JudgeConsumer(Judges judges, RunTables runs, RunGuard guard, TimeProvider time, ILogger<JudgeConsumer> log) : IConsumer<LabelPreference>
{
    /// <summary>How long an endpoint may be away before the run pauses: below the half hour after which a broker takes a message back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<LabelPreference> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        try
        {
            if (await Label(command, cancel) is { } label)
            {
                await context.Publish(label, cancel);
            }
        }
        catch (InputException unusable)
        {
            await context.Publish(
                new PreferenceDeclined(command.Id, command.RunId, command.PairId, command.Pool, "judge", FailureKind.NotQualified, unusable.Message), cancel);
        }
    }

    /// <summary>The judge's label; null when the run does not go on. An endpoint that is away says nothing about the pair, so it is asked again.</summary>
    private async Task<PreferenceLabeled?> Label(LabelPreference command, CancellationToken cancel)
    {
        var judge = await judges.OfRun(command.RunId, cancel);
        var (began, wait) = (time.GetUtcNow(), TimeSpan.FromSeconds(1));
        while (await runs.IsGoingOn(command.RunId, cancel))
        {
            var label = await judge.Label(command, cancel);
            if (label.Votes.FirstOrDefault(vote => vote.Failure == FailureKind.Unreachable) is not { } away)
            {
                return label;
            }

            if (time.GetUtcNow() - began > Patience)
            {
                await guard.Pause(
                    command.RunId, "judge", $"{label.Labeler} cannot be reached since {Patience.TotalMinutes:0} minutes ({away.Detail}); start it, or name another in judge.endpoint.", cancel);
                return null;
            }

            log.LogWarning("{Judge} cannot be reached ({Reason}); run {Run} waits for it", label.Labeler, away.Detail, RlaifId.Short(command.RunId));
            await Task.Delay(wait, time, cancel);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }

        return null;
    }
}
