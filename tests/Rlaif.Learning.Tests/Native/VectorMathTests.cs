using System.Runtime.InteropServices;
using Rlaif.Learning.Native;

namespace Rlaif.Learning.Tests.Native;

public class VectorMathTests
{
    private const string Other = "This MKL is not that of LibTorch 2.10.";

    // Of a process there is one first call: the test starts itself in another one.
    [Fact]
    public async Task The_processor_is_known_before_the_torch_thread_does_anything()
    {
        if (!FreshProcess.IsThis)
        {
            await FreshProcess.Passes(nameof(The_processor_is_known_before_the_torch_thread_does_anything), Other);
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
        Assert.SkipUnless(NativeLibrary.TryGetExport(LibTorch.Native, "mkl_vml_serv_cpu_detect", out var function) && (ushort)Marshal.ReadInt16(function) == opcode, Other);
        return function + length + Marshal.ReadInt32(function + 2);
    }
}
