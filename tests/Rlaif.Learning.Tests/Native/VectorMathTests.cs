using System.Diagnostics;
using System.Runtime.InteropServices;
using Rlaif.Learning.Native;

namespace Rlaif.Learning.Tests.Native;

public class VectorMathTests
{
    private const string Fresh = "RLAIF_TEST_FRESH_PROCESS";

    private const string Other = "This MKL is not that of LibTorch 2.10.";

    /// <summary>Whether this process is one that nothing was computed in.</summary>
    public static bool IsFresh => Environment.GetEnvironmentVariable(Fresh) is not null;

    // Of a process there is one first call: the test starts itself in another one.
    [Fact]
    public async Task The_processor_is_known_before_the_torch_thread_does_anything()
    {
        if (!IsFresh)
        {
            var start = new ProcessStartInfo("dotnet", [typeof(VectorMathTests).Assembly.Location, "-noColor", "-method", $"*.{nameof(The_processor_is_known_before_the_torch_thread_does_anything)}"])
            {
                UseShellExecute = false, RedirectStandardOutput = true, Environment = { [Fresh] = "1", ["RLAIF_TEST_DEVICE"] = "cpu" },
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipWhen(output.Contains(Other, StringComparison.Ordinal), Other);
            Assert.True(process.ExitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), output);
            return;
        }

        const int unknown = -1;
        var kept = WhereTheProcessorIsKept();
        Assert.Equal(unknown, Marshal.ReadInt32(kept));
        Assert.NotEqual(unknown, await TorchThread.Run(() => Marshal.ReadInt32(kept), TestContext.Current.CancellationToken));
    }

    // mov eax, [rip + distance] is the first thing that the function does.
    private static nint WhereTheProcessorIsKept()
    {
        const int opcode = 0x058B, length = 6;
        var library = NativeLibrary.Load("LibTorchSharp", typeof(TorchSharp.torch).Assembly, null);
        Assert.SkipUnless(NativeLibrary.TryGetExport(library, "mkl_vml_serv_cpu_detect", out var function) && (ushort)Marshal.ReadInt16(function) == opcode, Other);
        return function + length + Marshal.ReadInt32(function + 2);
    }
}
