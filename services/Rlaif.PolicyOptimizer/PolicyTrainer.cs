using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>Trains a policy by one algorithm of the run's recipe.</summary>
internal sealed class PolicyTrainer(RunTables runs, TrainingFolders folders) : ITrainer
{
    public IReadOnlyList<string> Kinds => [nameof(OptimizePolicy)];

    public async Task<TrainedModel> Train(JobRow job, Action<int, int> progress, CancellationToken cancel)
    {
        var command = Json.Read<OptimizePolicy>(job.Body);
        var recipe = Json.Read<Recipe>((await runs.Find(job.RunId, cancel))!.Recipe);
        var algorithm = recipe.Optimize[command.Position];
        var training = new TrainingJob
        {
            Start = await folders.Model(command.Start, cancel),
            Reference = await folders.Model(command.Reference, cancel),
            Data = await folders.Data(command.Data, cancel),
            Work = folders.Work(job),
            Seed = command.Seed,
            RewardModel = command.RewardModel is { } rewardModel ? await folders.Model(rewardModel, cancel) : null,
            Critic = command.Critic is { } keeper ? Path.Combine(await folders.Model(keeper, cancel), Training.CriticFolder) : null,
        };
        var staged = folders.Stage(job.Id);
        var metrics = await TorchThread.Run(
            () =>
            {
                TorchRuntime.Use(Numerics.Of(recipe));
                return algorithm switch
                {
                    { Sft: { } sft } => Training.Sft(training, sft, staged, progress.Invoke, cancel),
                    { Dpo: { } dpo } => Training.Dpo(training, dpo, staged, progress.Invoke, cancel),
                    { Kto: { } kto } => Training.Kto(training, kto, staged, progress.Invoke, cancel),
                    { IsOnline: true } => Training.Online(training with { EndIds = ChatFormat.Read(training.Start).EndIds }, algorithm, staged, progress.Invoke, cancel),
                    _ => Training.ReferenceFree(training, algorithm, staged, progress.Invoke, cancel),
                };
            },
            cancel);
        var manifest = new Lineage(
            "policy", command.Algorithm, command.Start, command.Reference, command.Data, job.RunId, command.Round, command.Seed, Numerics.Of(recipe), algorithm,
            command.RewardModel, Critic: command.Critic);
        var told = metrics.Select(metric => (metric.Step, metric.Name, metric.Value));
        return await folders.Publish(job, staged, manifest, command.Algorithm, told, cancel);
    }

    public Task Announce(JobRow job, TrainedModel trained, IPublishEndpoint bus, CancellationToken cancel) =>
        bus.Publish(new PolicyCheckpointPublished(job.Id, job.RunId, trained.Checkpoint.Round, trained.Checkpoint.Artifact), cancel);
}
