using Rlaif.Cli.Looking;
using Spectre.Console;

namespace Rlaif.Cli.Labeling;

/// <summary>One person at a terminal. A label is sent when the next one is given, or at the end: until then it can be taken back.</summary>
internal sealed class LabelSession(ILabelDesk desk, string labeler, IAnsiConsole console, TextReader input)
{
    private const string Keys = "1, 2 better   t tie   b both bad   s skip   r reason   u undo   ? guidelines   q quit";
    private const int LongestReason = 500;

    private readonly HashSet<Guid> skipped = [];

    // At most one of each: the pair that is shown, the one before it with all its votes, and one that was left for the one before it.
    private BlindPair? shown, given, aside;
    private string? reason;

    /// <summary>Labels that were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Until the person quits or nothing waits.</summary>
    public async Task Run(CancellationToken cancel)
    {
        try
        {
            while (await Step(cancel))
            {
                // One key.
            }
        }
        finally
        {
            // Whoever quits, also by Ctrl-C, has given it.
            await Send(CancellationToken.None);
        }
    }

    private async Task<bool> Step(CancellationToken cancel)
    {
        if (shown is null && !await Show(cancel))
        {
            return given is not null && await AtTheEnd(cancel);
        }

        var line = (await Read(Keys, cancel))?.Trim();
        switch (line)
        {
            case null or "q": return false;
            case "1": await Vote(1, null, cancel); break;
            case "2": await Vote(0, null, cancel); break;
            case "t": await Vote(0.5, null, cancel); break;
            case "b": await Vote(0.5, "both bad", cancel); break;
            case "s": Skip(); break;
            case "u": Undo(); break;
            case "?": console.Write(TerminalText.Plain(shown!.Command.Guidelines + "\n")); break;
            case "r" or ['r', ' ', ..]: await Reason(line[1..], cancel); break;
            default: console.Write(TerminalText.Plain($"\"{TerminalText.Line(line, 20)}\" is none of the keys.\n")); break;
        }

        return true;
    }

    /// <summary>The pair that was left aside, or the next one; false when there is none.</summary>
    private async Task<bool> Show(CancellationToken cancel)
    {
        var next = await desk.Next(given is null ? skipped : [.. skipped, given.Command.Id], cancel);
        shown = aside ?? (next.Command is { } command ? new BlindPair(command, labeler) : null);
        aside = null;
        if (shown is null)
        {
            console.Write(TerminalText.Plain(skipped.Count == 0 ? "No pair waits for a label.\n" : $"No pair waits for a label but {skipped.Count} that you skipped.\n"));
            return false;
        }

        PairView.Write(console, shown, next.Waiting - (given is null ? 0 : 1));
        PairView.WriteQuestion(console, shown);
        return true;
    }

    // Nothing comes after the last label, so the person says that it stands.
    private async Task<bool> AtTheEnd(CancellationToken cancel)
    {
        var line = (await Read("Enter sends your last label   u undo", cancel))?.Trim();
        if (line == "u")
        {
            Undo();
            return true;
        }

        await Send(cancel);
        return line is not (null or "q");
    }

    private async Task Vote(double left, string? detail, CancellationToken cancel)
    {
        var said = reason is null ? detail : detail is null ? reason : $"{detail}: {reason}";
        shown!.Vote(left, said);
        reason = null;
        if (shown.Asked is not null)
        {
            PairView.WriteQuestion(console, shown);
            return;
        }

        await Send(cancel);
        (given, shown) = (shown, null);
    }

    private void Skip()
    {
        skipped.Add(shown!.Command.Id);
        (shown, reason) = (null, null);
    }

    private void Undo()
    {
        if (shown?.TakeBack() == true)
        {
            PairView.WriteQuestion(console, shown);
        }
        else if (given is not null)
        {
            (aside, shown, given) = (shown, given, null);
            shown.TakeBack();
            console.Write(TerminalText.Plain("Your last label is taken back:\n"));
            PairView.Write(console, shown, waiting: 1 + (aside is null ? 0 : 1));
            PairView.WriteQuestion(console, shown);
        }
        else
        {
            console.Write(TerminalText.Plain("There is nothing to undo; the label before was sent.\n"));
        }
    }

    private async Task Reason(string line, CancellationToken cancel)
    {
        var text = line.Trim() is { Length: > 0 } behind ? behind : (await Read("Reason for the next label", cancel))?.Trim();
        reason = string.IsNullOrEmpty(text) ? null : TerminalText.Line(text, LongestReason);
    }

    private async Task Send(CancellationToken cancel)
    {
        if (given is { } pair)
        {
            given = null;
            await desk.Give(pair.Label(), cancel);
            Sent++;
        }
    }

    // A terminal's reader hears no token: Ctrl-C at the prompt must end the session.
    private async Task<string?> Read(string what, CancellationToken cancel)
    {
        console.Write(TerminalText.Plain($"{what} > "));
        return await Task.Run(input.ReadLine, cancel).WaitAsync(cancel);
    }
}
