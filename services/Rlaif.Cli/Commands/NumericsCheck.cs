using Rlaif.Cli.Looking;
using Rlaif.Learning.Conformance;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Spectre.Console;
using Columns = Rlaif.Cli.Looking.Columns;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif doctor --numerics</c>: whether this machine computes what the formulas say, as a table and a last line that counts.</summary>
internal static class NumericsCheck
{
    public static async Task<int> Run(Numerics numerics, CancellationToken cancel)
    {
        var results = await TorchThread.Run(
            () =>
            {
                TorchRuntime.Use(numerics);
                AnsiConsole.Console.WriteLine($"on {numerics.Device}, products in {numerics.Precision}, {numerics.Threads} threads".ToLowerInvariant());
                return ConformanceSuite.Run(cancel);
            },
            cancel);
        return Show(AnsiConsole.Console, results);
    }

    internal static int Show(IAnsiConsole console, IReadOnlyList<ConformanceResult> results)
    {
        var table = Columns.Of("group", "computed in", ">vectors", ">largest error", ">tolerance");
        foreach (var group in results.GroupBy(result => (result.Group, result.Arithmetic)))
        {
            table.Add(group.Key.Group, group.Key.Arithmetic, $"{group.Count()}", $"{group.Max(result => result.Error):E1}", $"{group.First().Tolerance:E0}");
        }

        console.Write(table);
        foreach (var failed in results.Where(result => !result.Passed))
        {
            console.WriteLine(TerminalText.Line($"failed: {failed.Group}, {failed.Name} in {failed.Arithmetic}: {failed.Failure ?? $"off by {failed.Error:E1}, allowed {failed.Tolerance:E0}"}"));
        }

        var failures = results.Count(result => !result.Passed);
        console.WriteLine($"{results.Count} vectors, {failures} failed");
        return failures == 0 ? CommandLine.Done : CommandLine.Failed;
    }
}
