using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

/// <summary>One instruction of a Dockerfile.</summary>
internal sealed record Instruction(string Name, string Text)
{
    public IReadOnlyList<string> Words => Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The exec form's words.</summary>
    public IReadOnlyList<string> Array => System.Text.Json.JsonSerializer.Deserialize<string[]>(Text)!;
}

/// <summary>deploy/Dockerfile: its stages, each a FROM and what follows.</summary>
internal static class Dockerfile
{
    public static IReadOnlyList<Instruction> All { get; } = Read();

    public static IReadOnlyList<Instruction> Build { get; } = [.. All.TakeWhile((one, at) => at == 0 || one.Name != "FROM")];

    public static IReadOnlyList<Instruction> Final { get; } = [.. All.Skip(Build.Count)];

    /// <summary>Variables that every container of the image has.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = Final.Where(one => one.Name == "ENV")
        .SelectMany(one => one.Words).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    public static int Port { get; } = new Uri(Environment["RLAIF_LISTEN"]).Port;

    private static List<Instruction> Read()
    {
        var lines = File.ReadLines(Repository.Path("deploy/Dockerfile")).Where(line => !line.StartsWith('#'));
        return
        [
            .. string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 2)).Select(pair => new Instruction(pair[0], pair[1].Trim())),
        ];
    }
}
