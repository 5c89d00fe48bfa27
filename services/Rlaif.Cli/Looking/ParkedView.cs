using System.Globalization;
using Rlaif.Hosting;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary><c>rlaif parked</c>: what others sent, so nothing of it is believed.</summary>
internal static class ParkedView
{
    public static void Write(IAnsiConsole console, IReadOnlyList<ParkedQueue> queues)
    {
        if (queues.Count == 0)
        {
            console.WriteLine("Nothing is parked.");
            return;
        }

        var table = Columns.Of("queue", ">messages");
        foreach (var queue in queues)
        {
            table.Add(queue.Queue, queue.Messages.ToString(CultureInfo.InvariantCulture));
        }

        console.Write(table);
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<ParkedMessage> messages)
    {
        if (messages.Count == 0)
        {
            console.WriteLine("This queue is empty.");
        }

        foreach (var message in messages)
        {
            console.Write(TerminalText.Plain(
                $"{message.Type ?? "no type"} · {message.Id ?? "no id"} · {message.Bytes} bytes{(message.At is { } at ? $" · {Shown.Time(at)}" : "")}\n{message.Reason}\n{message.Body}\n\n"));
        }
    }
}
