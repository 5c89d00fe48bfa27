using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>An answer of the starting policy and one of the final policy to the same prompt.</summary>
public sealed record BeforeAfter(string Prompt, string Before, string After);

/// <summary>What a run came to: what is shown when it has ended, and what the summary is made of.</summary>
public sealed record RunEnding
{
    public required RunRow Run { get; init; }
    public required IReadOnlyList<EvaluationRow> Evaluations { get; init; }
    public required IReadOnlyList<JudgeReport> Judges { get; init; }
    public required IReadOnlyList<StageRow> Stages { get; init; }
    public required IReadOnlyList<BeforeAfter> Demo { get; init; }

    /// <summary>The evaluation that promoted the final policy, or the last when none did.</summary>
    public static EvaluationRow Counted(RunRow run, IReadOnlyList<EvaluationRow> evaluations) =>
        evaluations.LastOrDefault(evaluation => evaluation.Promoted && evaluation.Candidate == run.FinalPolicy) ?? evaluations[^1];
}

/// <summary>Gathers what a run came to.</summary>
public sealed class RunEndings(
    RunTables runs, WorkTables work, EvaluationTables evaluations, ResponseTables responses, LabelerReports labelers)
{
    /// <exception cref="InputException">It was never evaluated.</exception>
    public async Task<RunEnding> Of(Guid id, CancellationToken cancel)
    {
        var run = (await runs.Find(id, cancel))!;
        var evaluated = await evaluations.Of(id, cancel);
        if (evaluated.Count == 0)
        {
            throw new InputException($"Run {RlaifId.Short(id)} was not evaluated, so there is nothing to sum up.");
        }

        return new()
        {
            Run = run with { Constitution = "" },
            Evaluations = evaluated,
            Judges = await labelers.Of(run, Json.Read<Recipe>(run.Recipe).Rounds, cancel),
            Stages = await work.Stages(id, cancel),
            Demo = await Demo(id, RunEnding.Counted(run, evaluated).Round, cancel),
        };
    }

    private async Task<IReadOnlyList<BeforeAfter>> Demo(Guid id, int round, CancellationToken cancel)
    {
        const string purpose = nameof(Purpose.Demo);
        var before = (await responses.Of(id, purpose, 0, cancel)).ToDictionary(row => row.PromptId, StringComparer.Ordinal);
        var after = (await responses.Of(id, purpose, round, cancel)).ToDictionary(row => row.PromptId, StringComparer.Ordinal);
        return
        [
            .. (await runs.Prompts(id, "demo", 0, cancel).ToListAsync(cancel))
                .Select(prompt => new BeforeAfter(prompt.Prompt.Turns[^1].Content, before[prompt.Id].Text, after[prompt.Id].Text)),
        ];
    }
}
