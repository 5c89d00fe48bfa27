using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

public sealed class WeightDifferenceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-weights").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void One_weight_that_is_off_is_found_and_the_same_model_has_none()
    {
        var tiny = Repository.Path("models/tiny");
        var bytes = File.ReadAllBytes(Path.Combine(tiny, "model.safetensors"));
        BitConverter.TryWriteBytes(bytes.AsSpan(^4), 100f);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), bytes);
        Assert.Matches(@"^model\.\S+: 1 of \d+ differ, most at \d+: -?[\d.E-]+, 100$", Assert.Single(WeightDifference.Of(tiny, folder)));
        Assert.Empty(WeightDifference.Of(tiny, tiny));
        Assert.EndsWith("are not both there", Assert.Single(WeightDifference.Of(tiny, Path.Combine(folder, "none"))), StringComparison.Ordinal);
    }
}
