using System.Runtime.InteropServices;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Sampling;
using Rlaif.Learning.Tests.Training;
using Rlaif.Recipes;
using TorchSharp;

namespace Rlaif.Learning.Tests.Native;

/// <summary>What a run may rely on wherever it computes.</summary>
public class DeviceTests
{
    [Fact]
    public Task A_device_that_is_not_there_is_declined_with_the_reason() => TorchThread.Run(() =>
    {
        Assert.SkipWhen(torch.cuda.is_available(), "this machine has a card");
        var error = Assert.Throws<InputException>(() => TorchRuntime.Use(TestDevice.Numerics with { Device = DeviceKind.Cuda }));
        Assert.Contains("cuda", error.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceKind.Cpu, TensorDevice.Current);
    }, TestContext.Current.CancellationToken);

    [Fact]
    public void A_folder_without_a_LibTorch_that_loads_is_told_in_one_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("rlaif").FullName;
        Refused("which has no libtorch.so; name the folder torch/lib of a PyTorch installation.");
        File.WriteAllText(Path.Combine(folder, "libtorch.so"), "not a library");
        Refused("whose libtorch.so cannot be loaded: ");
        Directory.Delete(folder, recursive: true);

        void Refused(string told)
        {
            var message = Assert.Throws<InputException>(() => LibTorch.Load(folder)).Message;
            Assert.StartsWith($"RLAIF_LIBTORCH names {folder}, {told}", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    // The setting is a thread's: who stands in for the torch thread samples too.
    [Fact]
    public Task A_script_can_be_told_on_every_thread_to_run_as_it_is_written() => TorchThread.Run(() =>
    {
        try
        {
            ScriptExecutor.Optimizes(false);
            Assert.False(IsOptimizing());
            var there = (Before: false, After: true);
            var other = new Thread(() =>
            {
                var before = IsOptimizing();
                ScriptExecutor.Optimizes(false);
                there = (before, IsOptimizing());
            });
            other.Start();
            other.Join();
            Assert.Equal((true, false), there);
        }
        finally
        {
            ScriptExecutor.Optimizes(TensorDevice.Current == DeviceKind.Cpu);
        }
    }, TestContext.Current.CancellationToken);

    [Theory]
    [Trait("Device", "cuda")]
    [InlineData(Precision.Float32, 1e-4)]
    [InlineData(Precision.BFloat16, 0.05)]
    public Task The_likeliest_tokens_are_the_same_on_every_device(Precision precision, double margin) => OnCard(() =>
    {
        IReadOnlyList<SampledResponse> Responses(DeviceKind device)
        {
            TorchRuntime.Use(TestDevice.Numerics with { Device = device, Precision = precision });
            using var model = LanguageModel.Create(TinyTraining.Config, seed: 3, trainable: false);
            return Sampler.Sample(model, [.. Enumerable.Range(0, 24).Select(row => Requests.Greedy([1, 5 + row, 7], 20) with { TopLogProbs = 2 })]);
        }

        // Where the two best tokens are closer than the margin, another summation order may take the other one.
        var compared = 0;
        Assert.All(Responses(DeviceKind.Cpu).Zip(Responses(DeviceKind.Cuda)), pair =>
        {
            var certain = pair.First.Tokens.TakeWhile(token => token.Top[0].LogProb - token.Top[1].LogProb > margin).ToArray();
            Assert.Equal(certain.Select(token => token.Id), pair.Second.Tokens.Take(certain.Length).Select(token => token.Id));
            Assert.All(certain.Zip(pair.Second.Tokens), token => Assert.Equal(token.First.LogProb, token.Second.LogProb, margin));
            compared += certain.Length;
        });
        Assert.NotEqual(0, compared);
    });

    [Theory]
    [Trait("Device", "cuda")]
    [InlineData("sft")]
    [InlineData("dpo")]
    [InlineData("dpo-tokens")]
    [InlineData("kto")]
    [InlineData("reward-model")]
    public Task A_training_on_a_card_is_near_to_that_of_the_cpu_and_the_same_bytes_twice(string algorithm) => OnCard(() =>
    {
        TorchRuntime.Use(TestDevice.Numerics with { Device = DeviceKind.Cpu });
        using var tiny = new TinyTraining();
        var expected = tiny.Train(algorithm, "cpu");
        TorchRuntime.Use(TestDevice.Numerics with { Device = DeviceKind.Cuda });
        var actual = tiny.Train(algorithm, "first");
        tiny.Train(algorithm, "second");
        Assert.Equal(tiny.Sha256("first"), tiny.Sha256("second"));
        Assert.All(expected.Zip(actual), pair => Assert.True(
            Math.Abs(pair.First.Value - pair.Second.Value) <= 2e-4 * Math.Max(1, Math.Abs(pair.First.Value)),
            $"step {pair.First.Step} {pair.First.Name}: {pair.First.Value} on the CPU, {pair.Second.Value} on the card"));
    });

    private static bool IsOptimizing() => Marshal.GetDelegateForFunctionPointer<Asking>(
        LibTorch.Export("_ZN5torch3jit24getGraphExecutorOptimizeEv"))() != 0;

    private static Task OnCard(Action check) => TorchThread.Run(() =>
    {
        Assert.SkipUnless(torch.cuda.is_available(), "this machine has no card that LibTorch can use");
        try
        {
            check();
        }
        finally
        {
            TorchRuntime.Use(TestDevice.Numerics);
        }
    });

    private delegate byte Asking();
}
