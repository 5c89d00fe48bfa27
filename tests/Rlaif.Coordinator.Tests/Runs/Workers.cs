using MassTransit;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>All workers but the labelers: canned facts through the tables, a word through the bus.</summary>
internal sealed class Workers(Workplace place, ResponseTables responses, TrainingTables trainings, EvaluationTables evaluations, TimeProvider time) :
    IConsumer<GenerateResponses>, IConsumer<ReviseResponses>, IConsumer<TrainRewardModel>, IConsumer<OptimizePolicy>,
    IConsumer<ScoreResponses>, IConsumer<EvaluatePolicy>
{
    public Task Consume(ConsumeContext<GenerateResponses> context) => place.Answer(context, async command =>
    {
        var rows = command.Prompts.SelectMany(prompt => Enumerable.Range(0, command.Samples).Select(sample => Response(
            RlaifId.Of(command.RunId, command.Round, command.Purpose, prompt.Id, sample),
            command.RunId, command.Round, command.Purpose, command.Policy, prompt.Id, sample, command.Reference is not null)));
        var prompts = command.Prompts.Select((prompt, i) => new PromptTokensRow { RunId = command.RunId, PromptId = prompt.Id, Tokens = [prompt.Id.Length, i] });
        await responses.Insert(command.Id, [.. rows], [], [.. prompts], "{}", time.GetUtcNow(), default);
        return new ResponsesGenerated(command.Id, command.RunId, command.Round, command.Purpose, 0, 0);
    });

    public Task Consume(ConsumeContext<ReviseResponses> context) => place.Answer(context, async command =>
    {
        Guid Id(Draft draft) => RlaifId.Of(command.RunId, command.Round, "revision", draft.ResponseId);
        var rows = command.Drafts.Select(draft =>
            Response(Id(draft), command.RunId, command.Round, Purpose.Preference, command.Policy, draft.Prompt.Id, -1, scored: false));
        var revisions = command.Drafts.Select(draft => new RevisionRow
        {
            Id = Id(draft), RunId = command.RunId, DraftId = draft.ResponseId, Principle = draft.Principle, Critique = "It is too long.",
        });
        await responses.Insert(command.Id, [.. rows], [.. revisions], [], "{}", time.GetUtcNow(), default);
        return new ResponsesRevised(command.Id, command.RunId, command.Round, 0, 0);
    });

    public Task Consume(ConsumeContext<TrainRewardModel> context) => place.Answer(context, async command => new RewardModelTrained(
        command.Id, command.RunId, command.Round, await Train(command.Id, command.RunId, command.Round, "reward-model", command.Start, command.Data)));

    public Task Consume(ConsumeContext<OptimizePolicy> context) => place.Answer(context, async command => new PolicyCheckpointPublished(
        command.Id, command.RunId, command.Round, await Train(command.Id, command.RunId, command.Round, "policy", command.Start, command.Data)));

    public Task Consume(ConsumeContext<ScoreResponses> context) => place.Answer(context, async command =>
    {
        var scores = new List<ScoreRow>();
        foreach (var round in command.Rounds)
        {
            var rows = await responses.Of(command.RunId, command.Purpose.ToString(), round, default);
            scores.AddRange(rows.Select(row => new ScoreRow { ResponseId = row.Id, RewardModel = command.RewardModel, RunId = row.RunId, Reward = -row.Text.Length }));
        }

        await evaluations.Insert(command.Id, scores, time.GetUtcNow(), default);
        return new ResponsesScored(command.Id, command.RunId, command.Round, scores.Count);
    });

    /// <summary>The first round's candidate is promoted, no other.</summary>
    public Task Consume(ConsumeContext<EvaluatePolicy> context) => place.Answer(context, async command =>
    {
        var figures = new EvaluationFigures
        {
            Prompts = 3,
            Labeler = "rules",
            WinRate = new(0.75, 0.625, 0.875),
            PerPrinciple = [],
            AgainstIncumbent = new(0.75, 0.625, 0.875),
            KlNatsPerSequence = new Dictionary<string, double>(),
            Probes = new Dictionary<string, double>(),
            StartProbes = new Dictionary<string, double>(),
            Promote = command.Round == 1,
            Reasons = ["The reason."],
        };
        EvaluationRow row = new()
        {
            RunId = command.RunId, Round = command.Round, Candidate = command.Candidate, Promoted = figures.Promote, Figures = Json.Of(figures), EvaluatedAt = time.GetUtcNow(),
        };
        await evaluations.Insert(command.Id, row, time.GetUtcNow(), default);
        return new PolicyEvaluated(command.Id, command.RunId, command.Round, figures.Promote, figures.Reasons);
    });

    private ResponseRow Response(Guid id, Guid run, int round, Purpose purpose, string policy, string prompt, int sample, bool scored)
    {
        var said = place.Says?.Invoke(policy) ?? Texts.By(policy, $"{round}/{prompt}/{sample}");
        return new()
        {
            Id = id,
            RunId = run,
            Round = round,
            Purpose = purpose.ToString(),
            PromptId = prompt,
            Sample = sample,
            Policy = policy,
            Text = said.Text,
            Ended = said.Ended,
            Tokens = [said.Text.Length, sample + 1, -said.Worth],
            LogProb = -said.Text.Length,
            ReferenceK1 = scored ? 0.5 : null,
            ReferenceK3 = scored ? 0.25 : null,
        };
    }

    private async Task<string> Train(Guid id, Guid run, int round, string kind, string start, string data)
    {
        var artifact = $"{RlaifId.Of(id, "artifact"):N}{RlaifId.Of(id, "weights"):N}";
        await trainings.Enqueue(new() { Id = id, RunId = run, Kind = $"{id}", Body = "{}" }, time.GetUtcNow(), default);
        // A lease of no length: whoever was killed with it is in nobody's way.
        if (await trainings.Claim([$"{id}"], "worker", time.GetUtcNow(), TimeSpan.Zero, default) is { } job)
        {
            CheckpointRow checkpoint = new()
            {
                CommandId = id,
                RunId = run,
                Round = round,
                Kind = kind,
                Artifact = artifact,
                WeightsSha256 = artifact,
                StartArtifact = start,
                DataArtifact = data,
                PublishedAt = time.GetUtcNow(),
            };
            MetricRow metric = new() { CommandId = id, RunId = run, Round = round, Stage = kind, Step = 1, Name = "loss", Value = 0.5 };
            await trainings.Publish(job, checkpoint, [metric], "{}", time.GetUtcNow(), default);
        }

        return artifact;
    }
}
