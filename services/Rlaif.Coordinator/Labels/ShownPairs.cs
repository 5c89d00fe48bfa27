using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>Pairs out of response rows.</summary>
internal static class ShownPairs
{
    public static ShownPair Of(
        RunContext run, int round, Purpose purpose, int ordinal, Prompt prompt, ResponseRow first, ResponseRow second, double? human = null) =>
        new(
            new()
            {
                Id = RlaifId.Of(run.Id, round, purpose, first.Id, second.Id),
                RunId = run.Id,
                Round = round,
                Purpose = purpose.ToString(),
                Ordinal = ordinal,
                PromptId = prompt.Id,
                FirstId = first.Id,
                SecondId = second.Id,
                Human = human,
            },
            prompt,
            new(first.Text, first.Ended),
            new(second.Text, second.Ended));
}
