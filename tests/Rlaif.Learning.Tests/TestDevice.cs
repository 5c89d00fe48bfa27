using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Native;
using Rlaif.Recipes;

[assembly: AssemblyFixture(typeof(Rlaif.Learning.Tests.TestDevice))]

namespace Rlaif.Learning.Tests;

/// <summary>Where these tests compute: RLAIF_TEST_DEVICE=cuda puts them, tolerances and all, on a card.</summary>
public sealed class TestDevice : IAsyncLifetime
{
    public static string Name { get; } = Environment.GetEnvironmentVariable("RLAIF_TEST_DEVICE") is { Length: > 0 } named ? named : "cpu";

    public static Numerics Numerics { get; } = Numerics.OfThisMachine with { Device = Enum.Parse<DeviceKind>(Name, ignoreCase: true) };

    // Before any test: a device that is not there must fail all of them, not leave them on the CPU.
    public async ValueTask InitializeAsync()
    {
        // For tests whose tensors are made on threads of their own.
        TorchRuntime.Open();
        if (!FreshProcess.IsThis)
        {
            VectorMath.Settle();
        }

        if (Numerics.Device != DeviceKind.Cpu)
        {
            await TorchThread.Run(() => TorchRuntime.Use(Numerics));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
