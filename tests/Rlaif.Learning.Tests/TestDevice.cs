using System.Runtime.CompilerServices;
using Rlaif.Learning.Native;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests;

/// <summary>Where these tests compute: RLAIF_TEST_DEVICE=cuda puts them, tolerances and all, on a card.</summary>
internal static class TestDevice
{
    public static string Name { get; } = Environment.GetEnvironmentVariable("RLAIF_TEST_DEVICE") is { Length: > 0 } named ? named : "cpu";

    public static Numerics Numerics { get; } = Numerics.OfThisMachine with { Device = Enum.Parse<DeviceKind>(Name, ignoreCase: true) };

    // Before any test. Waits: a device that is not there must fail all of them, not leave them on the CPU.
    [ModuleInitializer]
    internal static void Use()
    {
        TorchRuntime.Open();                // for tests whose tensors are made on threads of their own
        if (Numerics.Device != DeviceKind.Cpu)
        {
            TorchThread.Run(() => TorchRuntime.Use(Numerics)).GetAwaiter().GetResult();
        }
    }
}
