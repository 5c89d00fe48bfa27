using System.Diagnostics;

namespace Rlaif.Learning.Tests.Native;

/// <summary>A test that starts itself in a process of its own, in which nothing was computed before.</summary>
internal static class FreshProcess
{
    private const string Mark = "RLAIF_TEST_FRESH_PROCESS";

    /// <summary>Whether this process is one.</summary>
    public static bool IsThis => Environment.GetEnvironmentVariable(Mark) is not null;

    /// <summary>Runs one test in one and expects that it passes.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="skipped">What a skipped one says; then the caller is skipped too. Null: none is.</param>
    /// <param name="environment">Of the process.</param>
    public static async Task Passes(string method, string? skipped, params IReadOnlyList<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FreshProcess).Assembly.Location, "-noColor", "-method", $"*.{method}"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, Environment = { [Mark] = "1", ["RLAIF_TEST_DEVICE"] = "cpu" },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(skipped is not null && output.Contains(skipped, StringComparison.Ordinal), skipped ?? "");
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), output);
    }
}
