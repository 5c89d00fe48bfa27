using MassTransit;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>Likes what is short.</summary>
internal sealed class ScoreWorker(Workplace place, ResponseTables responses, EvaluationTables evaluations, TimeProvider time) : IConsumer<ScoreResponses>
{
    public Task Consume(ConsumeContext<ScoreResponses> context) => place.Answer(context, async command =>
    {
        var scores = new List<ScoreRow>();
        foreach (var round in command.Rounds)
        {
            var rows = await responses.Of(command.RunId, command.Purpose.ToString(), round, default);
            scores.AddRange(rows.Select(row => new ScoreRow { ResponseId = row.Id, RewardModel = command.RewardModel, RunId = row.RunId, Reward = -row.Text.Length }));
        }

        await evaluations.Insert(command.Id, scores, time.GetUtcNow(), default);
        return new ResponsesScored(command.Id, command.RunId, command.Round);
    });
}

/// <summary>Promotes the candidate of the first round and no other.</summary>
internal sealed class EvaluateWorker(Workplace place, EvaluationTables evaluations, TimeProvider time) : IConsumer<EvaluatePolicy>
{
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
}
