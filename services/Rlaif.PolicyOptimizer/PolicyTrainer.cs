using MassTransit;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Learning.Probes;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>Trains a policy by one algorithm of the run's recipe.</summary>
internal sealed class PolicyTrainer(RunTables runs, TrainingTables trainings, TrainingFolders folders, RolloutLabels labels) : ITrainer
{
    public IReadOnlyList<string> Kinds => [nameof(OptimizePolicy)];

    public async Task<TrainedModel> Train(JobRow job, Action<int, int> progress, CancellationToken cancel)
    {
        var command = Json.Read<OptimizePolicy>(job.Body);
        var run = (await runs.Find(job.RunId, cancel))!;
        var recipe = Json.Read<Recipe>(run.Recipe);
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
        training = algorithm.Online is { } online ? await Sampling(training, online, run, job, cancel) : training;
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
                    { IsOnline: true } => Online(training, algorithm, staged, progress, job, command, cancel),
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

    /// <summary>With what samples are ended and judged by.</summary>
    private async Task<TrainingJob> Sampling(TrainingJob training, OnlineRecipe recipe, RunRow run, JobRow job, CancellationToken cancel)
    {
        var chat = ChatFormat.Read(training.Start);
        training = training with { EndIds = chat.EndIds };
        if (!recipe.ReadsTexts)
        {
            return training;
        }

        var constitution = Constitution.Parse(run.Constitution, $"the constitution of run {RlaifId.Short(run.Id)}");
        var texts = TrainingTexts.Read(training.Data, constitution, chat);
        // A raised alarm paused the run, and this job is worked on: somebody has let the run go on in spite of it.
        var raised = (await trainings.Metrics(job.RunId, cancel)).Where(row => row.CommandId == job.Id && row.Name.StartsWith(AlarmException.Prefix, StringComparison.Ordinal));
        return training with
        {
            Rules = texts.Rules, Answers = texts.Answers, Texts = texts.Measure, RulesName = run.ConstitutionSha256,
            Judge = recipe.Rewards is { Judge: > 0 } ? await JudgeReward.Of(labels, run, constitution, job, texts, cancel) : null,
            AcceptedAlarms = [.. raised.Select(row => row.Name[AlarmException.Prefix.Length..])],
        };
    }

    private static IReadOnlyList<TrainingMetric> Online(
        TrainingJob training, OptimizationRecipe algorithm, string staged, Action<int, int> progress, JobRow job, OptimizePolicy command, CancellationToken cancel)
    {
        try
        {
            return Training.Online(training, algorithm, staged, progress.Invoke, cancel);
        }
        catch (TrainingAlarmException alarm)
        {
            MetricRow Row(int step, string name, double value) => new()
            {
                CommandId = job.Id, RunId = job.RunId, Round = command.Round, Stage = command.Algorithm, Step = step, Name = name, Value = value,
            };
            throw new AlarmException(
                $"{alarm.Message} Look at its answers; a larger beta, another reward or a reward model of more pairs is another run, and resuming this one accepts what was found.",
                alarm.Step,
                [.. alarm.Metrics.Select(metric => Row(metric.Step, metric.Name, metric.Value)), .. alarm.Departures.Select(one => Row(alarm.Step, AlarmException.Prefix + one.Measure, one.Value))]);
        }
    }
}
