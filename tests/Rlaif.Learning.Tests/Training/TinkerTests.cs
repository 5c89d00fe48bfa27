using System.Text.Json;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Rlaif.Learning.Tests.Training;

/// <summary>A remote engine's own numbers: what it answered to soft DPO that was carried to it as advantages.</summary>
public class TinkerTests
{
    // The engine's f32 is within 1e-6 of transformers.
    private const double Bound = 1e-5;
    private const double Beta = 0.3, Scale = 32.0 / 4;

    private static readonly double[] Labels = [0.9, 0.7, 0.5, 0.2];

    [Theory]
    [InlineData("07-forward")]
    [InlineData("15-dpo-is-s0-1-forward")]
    public Task Log_probabilities_are_those_of_the_engine(string name) => OnModel(model => Compare(name, model));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_loss_gives_the_gradient_that_was_sent(int step)
    {
        using var scope = NewDisposeScope();
        var (data, logProbs) = (Data($"15-dpo-is-s{step}-1-forward"), Answered($"15-dpo-is-s{step}-1-forward"));
        // The adapter begins as nothing, so what the first pass answered is the reference.
        var reference = Answered("15-dpo-is-s0-1-forward");
        var leaves = logProbs.Select(values => tensor(values, float64).requires_grad_()).ToArray();
        Loss(data, leaves, [.. reference.Select(values => tensor(values, float64))]).backward();
        var sent = Data($"15-dpo-is-s{step}-2-forward_backward");
        for (var i = 0; i < data.Length; i++)
        {
            var carried = -leaves[i].grad! * data[i].Weights.Sum() * data.Length;
            Golden.Close(sent[i].Advantages!, carried.Doubles(), Bound, $"advantages of datum {i}");
        }
    }

    [Fact]
    public Task A_step_of_an_adapter_with_our_gradient_and_optimizer_is_the_step_of_the_engine() => OnModel(model =>
    {
        var data = Data("15-dpo-is-s0-1-forward");
        var now = LogProbs(model, data);
        Loss(data, [.. now], [.. now.Select(values => values.detach())]).backward();
        using var adapter = Safetensors.Read(Fixtures.Path("tinker/adapter-init/adapter_model.safetensors"));
        // W + s B A with B = 0: all of the gradient is B's, s dW Aᵀ.
        var adapted = model.Weights.Where(w => adapter.Find(Adapter(w, "A")) is not null).Select(w =>
        {
            var (a, b) = (TensorDevice.Moved(adapter.Find(Adapter(w, "A"))!), TensorDevice.Moved(adapter.Find(Adapter(w, "B"))!.clone()));
            return (Weight: w, A: a, B: new NamedWeight(w.Name, new Parameter(b, requires_grad: false)), Gradient: Scale * w.Value.grad!.matmul(a.T));
        }).ToList();
        Assert.Equal(14, adapted.Count);
        Tensor[] gradients = [.. adapted.Select(one => one.Gradient)];
        var norm = Answer("15-dpo-is-s0-3-optim_step").GetProperty("metrics").GetProperty("skyrl.ai/grad_norm").GetDouble();
        Golden.Close([norm], [Math.Sqrt(gradients.Sum(g => g.square().sum().ToDouble()))], Bound, "norm of the gradient");
        using var adam = new AdamW([.. adapted.Select(one => one.B)], new(Beta2: 0.95, Epsilon: 1e-12));
        adam.Update(gradients, 2e-3);
        using (no_grad())
        {
            adapted.ForEach(one => one.Weight.Value.add_(Scale * one.B.Value.matmul(one.A)));
        }

        Compare("15-dpo-is-s1-1-forward", model);
    });

    private static string Adapter(NamedWeight weight, string side) => $"base_model.model.{weight.Name[..^".weight".Length]}.lora_{side}.weight";

    private static Tensor Loss(Datum[] data, Tensor[] policy, Tensor[] reference)
    {
        PairLogProbs Sums(Tensor[] logProbs)
        {
            var sums = stack([.. logProbs.Zip(data, (values, datum) => (values * tensor(datum.Weights, values.dtype, values.device)).sum())]).view(-1, 2);
            return new(sums.select(1, 0), sums.select(1, 1));
        }

        var (now, before) = (Sums(policy), Sums(reference));
        return DpoLoss.Of(now, before, tensor(Labels, now.Chosen.dtype, now.Chosen.device), Beta).PerPair.mean();
    }

    private static void Compare(string name, LanguageModel model)
    {
        using var still = no_grad();
        var expected = Answered(name);
        var ours = LogProbs(model, Data(name));
        Assert.Equal(expected.Length, ours.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            Golden.Close(expected[i], ours[i].Doubles(), Bound, $"{name}, datum {i}");
        }
    }

    /// <summary>Of every target, one datum after the other.</summary>
    private static List<Tensor> LogProbs(LanguageModel model, Datum[] data)
    {
        var batch = TokenBatch.Of([.. data.Select(datum => new TokenSequence([.. datum.Tokens, datum.Targets[^1]], [.. Enumerable.Repeat(true, datum.Tokens.Length + 1)]))]);
        return [.. batch.Asked.LogProbs(model, batch.Hidden(model)).split([.. data.Select(datum => (long)datum.Tokens.Length)])];
    }

    private static Task OnModel(Action<LanguageModel> test)
    {
        var folder = Fixtures.Path("tinker/model");
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var model = ModelFolder.ReadModel(folder, trainable: true);
            test(model);
        }, TestContext.Current.CancellationToken);
    }

    private static Datum[] Data(string name)
    {
        var body = Golden.Read($"tinker/recorded/{name}.submit.json").GetProperty("request").GetProperty("body");
        var input = body.TryGetProperty("forward_input", out var forward) ? forward : body.GetProperty("forward_backward_input");
        return [.. input.GetProperty("data").EnumerateArray().Select(Datum.Of)];
    }

    private static double[][] Answered(string name) =>
        [.. Answer(name).GetProperty("loss_fn_outputs").EnumerateArray().Select(output => output.GetProperty("logprobs").GetProperty("data").Flatten().ToArray())];

    private static JsonElement Answer(string name) => Golden.Read($"tinker/recorded/{name}.result.json").GetProperty("response").GetProperty("body");

    private sealed record Datum(int[] Tokens, int[] Targets, double[] Weights, double[]? Advantages)
    {
        public static Datum Of(JsonElement datum)
        {
            var inputs = datum.GetProperty("loss_fn_inputs");
            double[] Numbers(string name) => [.. inputs.GetProperty(name).GetProperty("data").Flatten()];
            int[] tokens = [.. datum.GetProperty("model_input").GetProperty("chunks")[0].GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32())];
            return new(tokens, [.. Numbers("target_tokens").Select(id => (int)id)], Numbers("weights"), inputs.TryGetProperty("advantages", out _) ? Numbers("advantages") : null);
        }
    }
}
