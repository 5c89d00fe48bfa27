using Rlaif.Cli.Labeling;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;

namespace Rlaif.Cli.Tests.Labeling;

/// <summary>A pile of pairs, and the labels that were handed in.</summary>
internal sealed class PaperDesk(params LabelPreference[] pile) : ILabelDesk
{
    public List<PreferenceLabeled> Given { get; } = [];

    public Task<WaitingLabels> Next(IReadOnlySet<Guid> skip, CancellationToken cancel)
    {
        var open = pile.Where(command => Given.TrueForAll(label => label.Id != command.Id)).ToList();
        return Task.FromResult(new WaitingLabels(open.Count, open.Find(command => !skip.Contains(command.Id))));
    }

    public Task Give(PreferenceLabeled label, CancellationToken cancel)
    {
        Given.Add(label);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>Pair <paramref name="i"/>, of which one response is bad.</summary>
    public static LabelPreference Pair(int i, params string[] principles) => new()
    {
        Id = RlaifId.Of("command", i),
        RunId = RlaifId.Of("run"),
        PairId = RlaifId.Of("pair", i),
        Pool = "human",
        Prompt = [new("user", $"Question {i}?")],
        First = new($"good {i}", Ended: true),
        Second = new($"bad {i}", Ended: false),
        Principles = [.. (principles is [] ? ["brief"] : principles).Select(id => new PrincipleText(id, $"Which is more {id}?"))],
        Guidelines = "Be fair.",
        Constitution = "c0",
        Deadline = new(2026, 11, 26, 18, 0, 0, TimeSpan.Zero),
    };
}
