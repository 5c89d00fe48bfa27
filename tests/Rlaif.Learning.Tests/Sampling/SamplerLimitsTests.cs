using System.Diagnostics;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;
using TorchSharp;

namespace Rlaif.Learning.Tests.Sampling;

/// <summary>Where sampling stops, what it refuses, what it leaves behind.</summary>
public class SamplerLimitsTests
{
    private static readonly ModelConfig Shape = new()
    {
        Architecture = "llama", HiddenSize = 32, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadDim = 8, FeedForward = 48,
        Vocabulary = 64, MaxPositions = 40, TiedEmbeddings = true,
    };

    [Fact]
    public Task A_response_stops_where_the_positions_of_the_model_end() => OnNewModel(model =>
    {
        var responses = Sample(model, [Requests.Drawn(new int[37], 20, 0), Requests.Drawn(new int[39], 20, 1), Requests.Drawn([1], 2, 2)]);
        Assert.Equal([3, 1, 2], responses.Select(response => response.Tokens.Count));
        Assert.All(responses, response => Assert.False(response.Ended));
    });

    [Fact]
    public Task The_end_token_is_the_last_one_even_in_the_last_place() => OnNewModel(model =>
    {
        var response = Assert.Single(Sample(model, [Requests.Greedy([1, 2], 1) with { EndIds = [.. Enumerable.Range(0, 64)] }]));
        Assert.Single(response.Tokens);
        Assert.True(response.Ended);
    });

    [Fact]
    public Task No_requests_give_no_responses() => OnNewModel(model => Assert.Empty(Sample(model, [])));

    [Fact]
    public Task Every_token_is_told_once_and_an_answer_of_no_stops_its_response() => OnNewModel(model =>
    {
        var told = new List<SampledToken>[3];
        SamplingRequest[] batch = [Requests.Drawn([1], 8, 0), Requests.Drawn([2, 3], 8, 1), Requests.Drawn([1], 8, 2)];
        var responses = Sampler.Sample(model, batch, (row, token) =>
        {
            (told[row] ??= []).Add(token);
            return row != 1 || told[row].Count < 3;
        }, TestContext.Current.CancellationToken);
        Assert.Equal([8, 3, 8], responses.Select(response => response.Tokens.Count));
        Assert.Equal(told, responses.Select(response => response.Tokens));
        Assert.False(responses[1].Ended);
    });

    [Fact]
    public Task Cancelling_stops_before_the_next_step() => OnNewModel(model =>
    {
        using var source = new CancellationTokenSource();
        var tokens = 0;
        Assert.Throws<OperationCanceledException>(() => Sampler.Sample(model, [Requests.Drawn([1], 30, 0), Requests.Drawn([2], 30, 1)], (_, _) =>
        {
            if (++tokens == 5)
            {
                source.Cancel();
            }

            return true;
        }, source.Token));
        Assert.Equal(6, tokens);
    });

    [Theory]
    [InlineData(40, 1.0, 1.0, 1, "leaves no room")]
    [InlineData(0, 1.0, 1.0, 1, "no tokens")]
    [InlineData(3, -1.0, 1.0, 1, "temperature -1")]
    [InlineData(3, double.NaN, 1.0, 1, "temperature NaN")]
    [InlineData(3, 1.0, 0.0, 1, "top_p 0")]
    [InlineData(3, 1.0, 1.5, 1, "top_p 1.5")]
    [InlineData(3, 1.0, 1.0, 0, "0 new tokens")]
    public Task What_cannot_be_sampled_is_refused(int length, double temperature, double topP, int tokens, string message) => OnNewModel(model =>
        Refused(message, model, new SamplingRequest(new int[length], temperature, topP, tokens, 1, 1, [])));

    [Theory]
    [InlineData(64)]
    [InlineData(-1)]
    public Task A_token_of_another_model_is_refused(int id) => OnNewModel(model =>
        Refused($"token {id} at place 1", model, Requests.Greedy([5, id], 1)));

    [Fact]
    public Task A_model_whose_scores_are_not_numbers_is_refused() => OnNewModel(model =>
    {
        using (torch.no_grad())
        {
            model.Weights[0].Value.fill_(float.NaN);
        }

        Refused("diverged", model, Requests.Drawn([1], 1, 0));
    });

    [Fact]
    public Task Two_hundred_calls_leave_nothing_behind() => OnNewModel(model =>
    {
        var batch = Requests.Mixed(Shape.Vocabulary, 24);
        void Calls(int count)
        {
            for (var call = 0; call < count; call++)
            {
                Sample(model, batch);
            }
        }

        Calls(40);
        var (tensors, memory) = (torch.Tensor.TotalCount, Resident());
        Calls(160);
        Assert.Equal(tensors, torch.Tensor.TotalCount);
        Assert.True(Resident() - memory < 30, $"resident memory went from {memory} to {Resident()} MB");
    });

    private static void Refused(string message, LanguageModel model, SamplingRequest request) =>
        Assert.Contains(message, Assert.ThrowsAny<InputException>(() => Sample(model, [request])).Message, StringComparison.Ordinal);

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 >> 20;
    }

    private static Task OnNewModel(Action<LanguageModel> check) => TorchThread.Run(() =>
    {
        using var model = LanguageModel.Create(Shape, seed: 5, trainable: true);
        check(model);
    });

    private static IReadOnlyList<SampledResponse> Sample(LanguageModel model, IReadOnlyList<SamplingRequest> batch) =>
        Sampler.Sample(model, batch, cancel: TestContext.Current.CancellationToken);
}
