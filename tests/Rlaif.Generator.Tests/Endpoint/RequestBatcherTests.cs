using System.Diagnostics.Metrics;
using Rlaif.Generator.Endpoint;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;
using TorchSharp;

namespace Rlaif.Generator.Tests.Endpoint;

public class RequestBatcherTests
{
    private static readonly SamplingRequest Request = new([5, 6, 7], 1, 1, 4, 1, 1, [2]);

    [Theory]
    [InlineData(64, 32_768, new[] { 7 })]
    [InlineData(3, 32_768, new[] { 3, 3, 1 })]
    [InlineData(64, 15, new[] { 2, 2, 2, 1 })] // 7 tokens each
    [InlineData(64, 1, new[] { 1, 1, 1, 1, 1, 1, 1 })]
    public async Task What_waits_while_the_torch_thread_is_busy_is_sampled_together(int responses, int tokens, int[] expected)
    {
        using var model = await TinyModel.Create();
        await using var shelf = new ModelShelf((_, _) => Task.FromResult<string?>(model.Folder));
        var batcher = new RequestBatcher(shelf, new(responses, tokens), Numerics.OfThisMachine);
        var name = $"waits {responses} {tokens}";
        using var batches = new Batches(name);

        using var busy = new ManualResetEventSlim();
        var before = TorchThread.Run(busy.Wait, TestContext.Current.CancellationToken);
        var sampled = Enumerable.Range(0, 7).Select(_ => batcher.Sample(name, Request, _ => true, alone: false, TestContext.Current.CancellationToken)).ToList();
        busy.Set();
        await before;

        Assert.All(await Task.WhenAll(sampled), response => Assert.Equal(4, response.Tokens.Count));
        Assert.Equal(expected, batches.Sizes);
    }

    [Fact]
    public async Task A_request_that_wants_the_same_bits_each_time_is_sampled_in_no_company()
    {
        using var model = await TinyModel.Create();
        await using var shelf = new ModelShelf((_, _) => Task.FromResult<string?>(model.Folder));
        var batcher = new RequestBatcher(shelf, new(), Numerics.OfThisMachine);
        using var batches = new Batches("alone");

        using var busy = new ManualResetEventSlim();
        var before = TorchThread.Run(busy.Wait, TestContext.Current.CancellationToken);
        bool[] alone = [false, false, true, false, true, true];
        var sampled = alone.Select(one => batcher.Sample("alone", Request, _ => true, one, TestContext.Current.CancellationToken)).ToList();
        busy.Set();
        await before;

        await Task.WhenAll(sampled);
        Assert.Equal([2, 1, 1, 1, 1], batches.Sizes);
    }

    [Fact]
    public async Task A_request_that_nobody_waits_for_is_not_sampled()
    {
        using var model = await TinyModel.Create();
        await using var shelf = new ModelShelf((_, _) => Task.FromResult<string?>(model.Folder));
        var batcher = new RequestBatcher(shelf, new(), Numerics.OfThisMachine);
        using var batches = new Batches("left");
        using var gone = new CancellationTokenSource();

        using var busy = new ManualResetEventSlim();
        var before = TorchThread.Run(busy.Wait, TestContext.Current.CancellationToken);
        var forgotten = batcher.Sample("left", Request, _ => true, alone: false, gone.Token);
        var wanted = batcher.Sample("left", Request, _ => true, alone: false, TestContext.Current.CancellationToken);
        await gone.CancelAsync();
        busy.Set();
        await before;

        await wanted;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forgotten);
        Assert.Equal([1], batches.Sizes);
    }

    // A judge of a training in the same process; its model stays on the shelf when the scope in which the training waited is gone.
    [Fact]
    public async Task Work_on_the_torch_thread_that_waits_for_a_response_gets_it_and_the_model_is_there_for_the_next()
    {
        using var model = await TinyModel.Create();
        await using var shelf = new ModelShelf((_, _) => Task.FromResult<string?>(model.Folder));
        var batcher = new RequestBatcher(shelf, new(), Numerics.OfThisMachine);
        Task<SampledResponse> Sample() => batcher.Sample("judge", Request, _ => true, alone: true, TestContext.Current.CancellationToken);
        var waited = await TorchThread.Run(
            () =>
            {
                using var scope = torch.NewDisposeScope();
                return TorchThread.WaitFor(Sample);
            },
            TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(4, waited.Tokens.Count);
        Assert.Equal(waited.Tokens.Select(token => token.Id), (await Sample()).Tokens.Select(token => token.Id));
    }

    [Fact]
    public async Task A_model_that_cannot_be_read_fails_each_request_with_its_sentence()
    {
        await using var shelf = new ModelShelf((name, _) => Task.FromResult(name == "gone" ? null : Path.Combine(Path.GetTempPath(), "no-such-model")));
        var batcher = new RequestBatcher(shelf, new(), Numerics.OfThisMachine);
        foreach (var name in new[] { "gone", "broken" })
        {
            var requests = Enumerable.Range(0, 3).Select(_ => batcher.Sample(name, Request, _ => true, alone: false, TestContext.Current.CancellationToken)).ToList();
            foreach (var request in requests)
            {
                await Assert.ThrowsAsync<InputException>(() => request);
            }
        }
    }

    /// <summary>Sizes of the batches that were sampled from one model; the meter is the process's, and other tests run beside this one.</summary>
    private sealed class Batches : IDisposable
    {
        private readonly MeterListener listener = new();

        public Batches(string model)
        {
            listener.InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Name == "rlaif.generator.batch.responses")
                {
                    me.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<int>((_, rows, tags, _) =>
            {
                if (tags.Length == 1 && (string?)tags[0].Value == model)
                {
                    Sizes.Add(rows);
                }
            });
            listener.Start();
        }

        public List<int> Sizes { get; } = []; // written on the torch thread, read when all is done

        public void Dispose() => listener.Dispose();
    }
}
