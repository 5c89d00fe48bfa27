using System.Text;
using Rlaif.Cli.Commands;
using Rlaif.Cli.Looking;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Cli.Trainings;

/// <summary>One training on files, from the rows to the model folder.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="command">As it was typed.</param>
/// <param name="screen">Progress.</param>
/// <param name="notes">What was left out.</param>
/// <param name="time">For rates.</param>
internal sealed class TrainRun(TrainRequest request, string command, ITrainScreen screen, TextWriter notes, TimeProvider time)
{
    private const string Data = "data.jsonl", HeldOutData = "held-out.jsonl", ScaleData = "scale.jsonl";

    private readonly string algorithm = request.Training.Algorithm;

    /// <returns>The exit code.</returns>
    public async Task<int> Run(CancellationToken cancel)
    {
        var (models, facts) = await Task.Run(() => (TrainedModels.Read(request), TrainingFacts.Of(request)), cancel);
        await TorchThread.Run(() => TorchRuntime.Use(request.Training.Numerics), cancel);
        using var folder = TrainFolder.Open(request.Out, facts);
        if (folder.IsFinished)
        {
            screen.Ended($"{request.Out} holds this training, and it is finished; nothing was done.");
            return CommandLine.Done;
        }

        var rows = folder.Rows() ?? await Task.Run(() => Prepare(folder, models, cancel), cancel);
        screen.Began(Headline(rows.Data));
        await Tell(request.Data, rows.Data);
        await Tell(request.EvaluationData, rows.HeldOut);
        try
        {
            var began = time.GetTimestamp();
            rows = await WithBefore(folder, rows, cancel);
            IReadOnlyList<TrainingMetric> metrics;
            using (var files = new MetricFiles(folder.Path, time))
            {
                var job = FileRewards.With(Job(folder), request, models.Chat) with { Watch = Watch(files), EndIds = request.Online is null ? null : models.Chat.EndIds };
                metrics = await TorchThread.Run(() => Train(job, folder.Path, cancel), cancel);
            }

            var heldOut = rows.Before is null ? [] : await TorchThread.Run(() => HeldOut(folder, rows.Before, cancel), cancel);
            models.Chat.Write(folder.Path);
            var samples = request.Samples == 0 ? [] : await TorchThread.Run(
                () => AnswerSamples.Of(request, models, folder.InWork(request.EvaluationData is null ? Data : HeldOutData), folder.Path, cancel), cancel);
            WriteReports(folder, facts, rows, metrics, heldOut, samples);
            folder.Finish(rows);
            screen.Ended($"{request.Out} holds the trained {(request.IsRewardModel ? "reward model" : "policy")}; {time.GetElapsedTime(began).TotalSeconds:0.0} s.");
            return CommandLine.Done;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            screen.Ended(folder.LastCheckpoint() is { } step ? $"Stopped; the same command goes on after step {step}."
                : $"Stopped before the first checkpoint (step {request.Training.Settings.CheckpointSteps}); the same command begins anew.");
            return CommandLine.Stopped;
        }
        catch (InputException error) when (error.Message.Contains(folder.Work, StringComparison.Ordinal))
        {
            // The training reads what was made of the user's files.
            var heldOut = request.EvaluationData ?? request.Data;
            throw new InputException(
                error.Message.Replace(folder.InWork(Data), request.Data, StringComparison.Ordinal)
                    .Replace(folder.InWork(HeldOutData), heldOut, StringComparison.Ordinal).Replace(folder.InWork(ScaleData), heldOut, StringComparison.Ordinal),
                error);
        }
    }

    private PreparedRows Prepare(TrainFolder folder, TrainedModels models, CancellationToken cancel)
    {
        try
        {
            var rows = new PreparedRows(
                TokenFile.Write(request, models, request.Data, folder.InWork(Data), cancel),
                request.EvaluationData is { } heldOut ? TokenFile.Write(request, models, heldOut, folder.InWork(HeldOutData), cancel) : null);
            if (request.StoresScale)
            {
                TokenFile.WriteAnswers(request, models, request.EvaluationData ?? request.Data, folder.InWork(ScaleData), cancel);
            }

            FileRewards.CheckRows(request, folder.InWork(Data), models.Chat);
            folder.Keep(rows);
            return rows;
        }
        catch
        {
            folder.Abandon();
            throw;
        }
    }

    private TrainingJob Job(TrainFolder folder) => new()
    {
        Start = request.Model, Reference = request.Reference, RewardModel = request.RewardModel, Data = folder.InWork(Data), Work = folder.Work, Seed = request.Seed,
        Scale = request.StoresScale ? folder.InWork(ScaleData) : null,
    };

    private IReadOnlyList<TrainingMetric> Train(TrainingJob job, string output, CancellationToken cancel)
    {
        TorchRuntime.Use(request.Training.Numerics);
        void Progress(int step, int steps) => cancel.ThrowIfCancellationRequested();
        return request.Training.Optimization switch
        {
            null => Training.RewardModel(job, (RewardModelRecipe)request.Training.Settings, output, Progress, cancel),
            { Sft: { } sft } => Training.Sft(job, sft, output, Progress, cancel),
            { Dpo: { } dpo } => Training.Dpo(job, dpo, output, Progress, cancel),
            { Kto: { } kto } => Training.Kto(job, kto, output, Progress, cancel),
            { IsOnline: true } online => Training.Online(job, online, output, Progress, cancel),
            { } free => Training.ReferenceFree(job, free, output, Progress, cancel),
        };
    }

    private Action<TrainedStep> Watch(MetricFiles files)
    {
        var rate = new TrainRate(time);
        return step =>
        {
            files.Add(step.Metrics);
            var loss = step.Metrics.LastOrDefault(metric => metric.Name.Contains("loss", StringComparison.Ordinal)) ?? step.Metrics[^1];
            screen.Step(rate.Add(step), loss);
        };
    }

    // Ahead of the training: rows that cannot be measured are told now, not after hours. A resume has the figures.
    private async Task<PreparedRows> WithBefore(TrainFolder folder, PreparedRows rows, CancellationToken cancel)
    {
        if (request.EvaluationData is null || rows.Before is not null)
        {
            return rows;
        }

        try
        {
            var measured = rows with { Before = await TorchThread.Run(() => Measured(folder, request.Model, cancel), cancel) };
            folder.Keep(measured);
            return measured;
        }
        catch (InputException) when (folder.LastCheckpoint() is null)
        {
            folder.Abandon();
            throw;
        }
    }

    private IReadOnlyList<HeldOutFigure> HeldOut(TrainFolder folder, IReadOnlyList<TrainingMetric> before, CancellationToken cancel) =>
        [.. before.Join(Measured(folder, folder.Path, cancel), one => one.Name, other => other.Name, (one, other) => new HeldOutFigure(one.Name, one.Value, other.Value), StringComparer.Ordinal)];

    private IReadOnlyList<TrainingMetric> Measured(TrainFolder folder, string model, CancellationToken cancel) => Train(
        Job(folder) with
        {
            Start = model, Reference = request.Reference ?? request.Model, Data = folder.InWork(HeldOutData), Work = folder.InWork("held-out"), LossOf = folder.InWork(Data),
        },
        folder.Path, cancel);

    private void WriteReports(
        TrainFolder folder, TrainingFacts facts, PreparedRows rows, IReadOnlyList<TrainingMetric> metrics, IReadOnlyList<HeldOutFigure> heldOut,
        IReadOnlyList<AnswerSample> samples)
    {
        var curves = Curve.Of(metrics);
        var title = $"{algorithm} of {facts.Model.Name} on {facts.Data.Name}, seed {request.Seed}";
        Write(folder.Under("curves.html"), Encoding.UTF8.GetBytes(CurvesPage.Of(title, curves)));
        Write(folder.Under("curves.png"), CurvesPicture.Of(curves));
        var answers = "";
        if (samples.Count > 0)
        {
            AnswerSamples.Write(folder.Under("samples.jsonl"), samples);
            answers = AnswerSamples.Of(samples);
        }

        Write(folder.Under("README.md"), Encoding.UTF8.GetBytes(ModelCard.Of(request, facts.AsJson(), rows, metrics, heldOut, command) + answers));
    }

    private static void Write(string path, byte[] bytes) => DurableFile.Write(path, file => file.Write(bytes));

    private string Headline(RowCounts counts)
    {
        var (settings, numerics) = (request.Training.Settings, request.Training.Numerics);
        return $"{algorithm} · {Path.GetFileName(request.Model.TrimEnd('/'))} · {counts.Used} {request.Examples} of {Path.GetFileName(request.Data)} · " +
            $"batch {settings.Batch} · epochs {settings.Epochs} · learning rate {settings.LearningRate:0.##e-0} · seed {request.Seed} · " +
            $"{numerics.Precision.ToString().ToLowerInvariant()}, {numerics.Threads} {(numerics.Threads == 1 ? "thread" : "threads")}, {numerics.Device.ToString().ToLowerInvariant()}";
    }

    private async Task Tell(string? file, RowCounts? counts)
    {
        foreach (var skipped in counts?.Skipped ?? [])
        {
            await notes.WriteLineAsync(TerminalText.Clean($"{file}: {skipped.Count} left out because {skipped.Reason} (first: {skipped.First})."));
        }
    }
}
