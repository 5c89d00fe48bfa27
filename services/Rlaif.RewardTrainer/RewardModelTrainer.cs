using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.RewardTrainer;

/// <summary>Trains the reward model of a round.</summary>
internal sealed class RewardModelTrainer(RunTables runs, TrainingFolders folders) : ITrainer
{
    private const string Kind = "reward-model";

    public IReadOnlyList<string> Kinds => [nameof(TrainRewardModel)];

    public async Task<TrainedModel> Train(JobRow job, Action<int, int> progress, CancellationToken cancel)
    {
        var command = Json.Read<TrainRewardModel>(job.Body);
        var recipe = Json.Read<Recipe>((await runs.Find(job.RunId, cancel))!.Recipe);
        var training = new TrainingJob
        {
            Start = await folders.Model(command.Start, cancel),
            Data = await folders.Data(command.Data, cancel),
            Work = folders.Work(job),
            Scale = command.Scale is { } scale ? await folders.Data(scale, cancel) : null,
            Seed = command.Seed,
        };
        var staged = folders.Stage(job.Id);
        var metrics = await TorchThread.Run(
            () =>
            {
                var numerics = Numerics.Of(recipe);
                TorchRuntime.Use(numerics);
                return Training.RewardModel(
                    training,
                    recipe.RewardModel,
                    staged,
                    (step, steps) =>
                    {
                        progress(step, steps);
                        // Another run's responses are to be scored: it need not wait for the end of this training.
                        TorchThread.LetIn();
                        TorchRuntime.Use(numerics);
                    },
                    cancel);
            },
            cancel);
        var manifest = new Lineage(
            Kind, recipe.RewardModel.Classifier ? "classifier" : recipe.RewardModel.Ties ?? "bradley-terry", command.Start, null, command.Data, job.RunId, command.Round, command.Seed, Numerics.Of(recipe), recipe.RewardModel, Scale: command.Scale);
        return await folders.Publish(job, staged, manifest, Kind, metrics.Select(metric => (metric.Step, metric.Name, metric.Value)), cancel);
    }

    public Task Announce(JobRow job, TrainedModel trained, IPublishEndpoint bus, CancellationToken cancel) =>
        bus.Publish(new RewardModelTrained(job.Id, job.RunId, trained.Checkpoint.Round, trained.Checkpoint.Artifact), cancel);
}
