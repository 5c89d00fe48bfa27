using System.Runtime.CompilerServices;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Labeling;
using Rlaif.Feedback.Statistics;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>Pairs with a known human choice go to the judge, to tell what its word is worth.</summary>
internal sealed class CalibrationStage(RunTables runs, ResponseTables responses, PairTables pairs, TimeProvider time) : IStage
{
    private const string Judge = LabelQuestion.Judge;

    public string Name => "calibration";

    public int Window => LabelCommands.Window;

    public IEnumerable<string> Pools(RunContext run) => [Judge];

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (!run.Recipe.Labelers.ContainsKey(Judge))
        {
            yield break;
        }

        var prompts = await runs.Prompts(run.Id, Splits.Calibration, 0, cancel).ToListAsync(cancel);
        var shown = prompts.Select((prompt, i) => Pair(run, prompt, i)).ToList();
        await responses.Insert(RlaifId.Of(run.Id, "calibration"), [.. shown.SelectMany(pair => pair.Rows)], [], [], "{}", time.GetUtcNow(), cancel);
        await pairs.Insert([.. shown.Select(pair => pair.Shown.Row)], cancel);
        foreach (var pair in shown)
        {
            yield return LabelCommands.Of(run, Judge, pair.Shown, [LabelQuestion.Overall], time.GetUtcNow());
        }
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");

    private static (ShownPair Shown, ResponseRow[] Rows) Pair(RunContext run, PromptRow prompt, int ordinal)
    {
        ResponseRow Row(int sample, string text) => new()
        {
            Id = RlaifId.Of(run.Id, Purposes.Calibration, prompt.Id, sample),
            RunId = run.Id,
            Purpose = Purposes.Calibration,
            PromptId = prompt.Id,
            Sample = sample,
            Policy = "human",
            Text = text,
            Ended = true,
        };
        var (chosen, rejected) = (Row(0, prompt.HumanChosen!), Row(1, prompt.HumanRejected!));
        var chosenFirst = new SplitMix(RlaifId.Seed(chosen.Id)).Below(2) == 0;
        var (first, second) = chosenFirst ? (chosen, rejected) : (rejected, chosen);
        return (ShownPairs.Of(run, 0, Purpose.Calibration, ordinal, prompt.Prompt, first, second, chosenFirst ? 1 : 0), [chosen, rejected]);
    }
}
