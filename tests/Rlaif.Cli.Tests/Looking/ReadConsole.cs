using Spectre.Console;

namespace Rlaif.Cli.Tests.Looking;

/// <summary>What is written to a wide console without colours, as text.</summary>
internal static class ReadConsole
{
    public static string Of(Action<IAnsiConsole> write)
    {
        using var text = new StringWriter();
        write(Console(text));
        return text.ToString();
    }

    public static async Task<string> Of(Func<IAnsiConsole, Task> write)
    {
        await using var text = new StringWriter();
        await write(Console(text));
        return text.ToString();
    }

    private static IAnsiConsole Console(StringWriter text)
    {
        var console = AnsiConsole.Create(new()
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = 200;
        return console;
    }
}
