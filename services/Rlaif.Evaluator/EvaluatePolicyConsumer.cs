using MassTransit;
using Rlaif.Contracts;
using Rlaif.Feedback.Evaluation;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Evaluator;

/// <summary>Turns the labeled evaluation of a round into figures and the gate's word.</summary>
internal sealed class EvaluatePolicyConsumer(
    EvaluationTables evaluations, EvaluationFacts facts, RunGuard guard, TimeProvider time) : IConsumer<EvaluatePolicy>
{
    public Task Consume(ConsumeContext<EvaluatePolicy> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        return guard.Once(
            command.RunId,
            command.Id,
            () => Evaluate(command, cancel),
            async () =>
            {
                var figures = (await evaluations.Of(command.RunId, cancel)).Single(row => row.Round == command.Round).Read();
                await context.Publish(new PolicyEvaluated(command.Id, command.RunId, command.Round, figures.Promote, figures.Reasons), cancel);
            },
            cancel);
    }

    private async Task Evaluate(EvaluatePolicy command, CancellationToken cancel)
    {
        var figures = EvaluationReport.Of(await facts.Of(command, cancel));
        var row = new EvaluationRow
        {
            RunId = command.RunId,
            Round = command.Round,
            Candidate = command.Candidate,
            Promoted = figures.Promote,
            Figures = Json.Of(figures),
            EvaluatedAt = time.GetUtcNow(),
        };
        await evaluations.Insert(command.Id, row, time.GetUtcNow(), cancel);
    }
}
