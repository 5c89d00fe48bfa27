using System.Diagnostics;
using System.Reflection;
using TorchSharp;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Garbage collections on other threads, which every service has.</summary>
[Collection(nameof(Alone))]
public class CollectionTests
{
    // Without build/KeepArgumentsAlive.cs this ends in an error of LibTorch within a few steps.
    [Fact]
    public Task A_training_beside_ceaseless_collections_ends_in_the_same_bytes() => TinyTraining.Run(tiny =>
    {
        var calm = tiny.Train("reward-model", "calm", epochs: 16);
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            Assert.Equal(calm, tiny.Train("reward-model", "disturbed", epochs: 16));
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        Assert.Equal(tiny.Sha256("calm"), tiny.Sha256("disturbed"));
    });

    [Fact]
    public void The_tensor_library_keeps_its_arguments_alive() =>
        Assert.True(typeof(torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);
}
