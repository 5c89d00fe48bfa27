using MassTransit;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>Publishes an artifact that is named by its command.</summary>
internal sealed class RewardModelWorker(Workplace place, TrainingTables trainings, TimeProvider time) : IConsumer<TrainRewardModel>
{
    public Task Consume(ConsumeContext<TrainRewardModel> context) => place.Answer(context, async command =>
    {
        var row = CannedTraining.Of(command.Id, command.RunId, command.Round, "reward-model", command.Start, command.Data);
        await CannedTraining.Publish(trainings, row, time);
        return new RewardModelTrained(command.Id, command.RunId, command.Round, row.Artifact);
    });
}

/// <summary>The same for policies.</summary>
internal sealed class PolicyWorker(Workplace place, TrainingTables trainings, TimeProvider time) : IConsumer<OptimizePolicy>
{
    public Task Consume(ConsumeContext<OptimizePolicy> context) => place.Answer(context, async command =>
    {
        var row = CannedTraining.Of(command.Id, command.RunId, command.Round, "policy", command.Start, command.Data);
        await CannedTraining.Publish(trainings, row, time);
        return new PolicyCheckpointPublished(command.Id, command.RunId, command.Round, row.Artifact);
    });
}

internal static class CannedTraining
{
    public static CheckpointRow Of(Guid id, Guid run, int round, string kind, string start, string data) => new()
    {
        CommandId = id,
        RunId = run,
        Round = round,
        Kind = kind,
        Artifact = $"{RlaifId.Of(id, "artifact"):N}{RlaifId.Of(id, "weights"):N}",
        WeightsSha256 = $"{RlaifId.Of(id, "weights"):N}",
        StartArtifact = start,
        DataArtifact = data,
    };

    public static async Task Publish(TrainingTables trainings, CheckpointRow row, TimeProvider time)
    {
        var kind = $"{row.CommandId}";
        await trainings.Enqueue(new() { Id = row.CommandId, RunId = row.RunId, Kind = kind, Body = "{}" }, time.GetUtcNow(), default);
        // A lease of no length: whoever was killed with it is in nobody's way.
        if (await trainings.Claim([kind], "worker", time.GetUtcNow(), TimeSpan.Zero, default) is { } job)
        {
            MetricRow metric = new() { CommandId = row.CommandId, RunId = row.RunId, Round = row.Round, Stage = row.Kind, Step = 1, Name = "loss", Value = 0.5 };
            await trainings.Publish(job, row with { PublishedAt = time.GetUtcNow() }, [metric], "{}", time.GetUtcNow(), default);
        }
    }
}
