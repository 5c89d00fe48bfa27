using System.Globalization;
using Rlaif.Learning.Native;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Native;

public class TorchMemoryTests
{
    [Fact]
    public async Task What_a_tensor_leaves_is_there_for_the_next_one_without_a_page_fault()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is not null, "GLIBC_TUNABLES is not set; ./test and ./rlaif set it.");
        const int Floats = 25_000_000, Pages = Floats * 4 / 4096;
        var faults = await TorchThread.Run(() => Enumerable.Range(0, 4).Select(_ =>
        {
            var before = Faults();
            ones(Floats).Dispose();
            return Faults() - before;
        }).ToList(), TestContext.Current.CancellationToken);
        // The pages are new the first time; other threads of the process have faults of their own.
        Assert.InRange(faults.Skip(1).Min(), 0, Pages / 20);
    }

    // proc(5): minflt, the eighth after the name.
    private static long Faults() => long.Parse(File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[7], CultureInfo.InvariantCulture);
}
