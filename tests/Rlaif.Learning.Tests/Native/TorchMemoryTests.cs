using Rlaif.Learning.Native;

namespace Rlaif.Learning.Tests.Native;

public class TorchMemoryTests
{
    [Fact]
    public async Task What_a_tensor_leaves_is_there_for_the_next_one_without_a_page_fault()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is not null, "GLIBC_TUNABLES is not set; ./test and ./rlaif set it.");
        Assert.True(await TorchRuntime.KeepsFreedMemory(TestContext.Current.CancellationToken));
    }
}
