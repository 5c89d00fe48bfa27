using Rlaif.Cli.Labeling;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Spectre.Console;

namespace Rlaif.Labelers.Tests;

/// <summary>Somebody at a terminal who holds the opinion: reads what is shown, presses a key, and now and then changes his mind.</summary>
internal sealed class Person(ILabelDesk desk, string name) : TextReader, ILabelDesk
{
    private LabelPreference? seen;
    private int keys;

    /// <summary>Labels what waits.</summary>
    public async Task Work(CancellationToken cancel)
    {
        await using var screen = new StringWriter();
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(screen), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        await new LabelSession(this, name, console, this).Run(cancel);
    }

    public async Task<WaitingLabels> Next(IReadOnlySet<Guid> skip, CancellationToken cancel)
    {
        var next = await desk.Next(skip, cancel);
        seen = next.Command;
        return next;
    }

    public Task Give(PreferenceLabeled label, CancellationToken cancel) => desk.Give(label, cancel);

    public override string ReadLine()
    {
        if (seen is null)
        {
            return "";      // the last label stands
        }

        var pair = new BlindPair(seen, name);
        return ++keys % 5 == 0 ? "r because" : Opinion.Of(pair.Left, pair.Right) switch { 1 => "1", 0 => "2", _ => "t" };
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();
}
