using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

/// <summary>A layer keeps little for its backward pass; the same layer written down plainly, with autograd's own derivatives, is its oracle.</summary>
public class DecoderLayerTests
{
    private const int Batch = 2, Time = 5;

    [Theory]
    [InlineData("llama", "")]
    [InlineData("qwen2", "")]
    [InlineData("qwen3", "")]
    [InlineData("qwen2", "x")]
    [InlineData("llama", "model")]
    [InlineData("llama", "layernorm")]
    [InlineData("llama", "k_proj")]
    [InlineData("qwen2", "q_proj.weight")]
    [InlineData("qwen2", "q_proj.bias")]
    [InlineData("llama", "gate_proj")]
    [InlineData("llama", "down_proj")]
    public Task A_layer_has_values_and_gradients_of_the_one_that_autograd_derives(string architecture, string frozen) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        var config = TinyTraining.Config with { Architecture = architecture, AttentionBias = architecture == "qwen2", QueryKeyNorm = architecture == "qwen3" };
        using var model = LanguageModel.Create(config, seed: 3, trainable: true);
        foreach (var weight in model.Weights)
        {
            weight.Value.requires_grad = frozen.Length == 0 || !weight.Name.Contains(frozen, StringComparison.Ordinal);
        }

        var random = new RandomStream(5, 0);
        using (no_grad())
        {
            foreach (var weight in model.Weights.Where(w => w.Value.dim() == 1))
            {
                weight.Value.add_(TestTensors.Normal(random, weight.Value.shape) * 0.1);
            }
        }

        var (values, pull) = (TestTensors.Normal(random, Batch, Time, config.HiddenSize), TestTensors.Normal(random, Batch, Time, config.HiddenSize));
        var (cosines, sines) = model.Rotary.Upto(Time);
        (Tensor Value, Dictionary<string, Tensor> Gradients) Of(Func<Tensor, Tensor> forward)
        {
            model.Weights.ToList().ForEach(w => w.Value.grad = null);
            var x = values.clone().requires_grad_(frozen != "x");
            var y = forward(x * 1);
            var sum = (y * pull).sum();
            if (sum.requires_grad)
            {
                BackwardPass.Run(sum);
            }

            return (y.detach(), model.Weights.Select(w => (w.Name, Value: (Tensor)w.Value)).Append((Name: "x", Value: x)).ToDictionary(w => w.Name, w => w.Value.grad ?? zeros_like(w.Value.detach())));
        }

        var layer = model.Layers[0];
        var expected = Of(x => Plain(layer, config, x, cosines, sines));
        var actual = Of(x => layer.Forward(x, cosines, sines, DecoderLayer.Causal));
        Assert.InRange((expected.Value - actual.Value).abs().max().item<float>(), 0, 1e-5);
        Assert.All(expected.Gradients, one => Assert.InRange((one.Value - actual.Gradients[one.Key]).abs().max().item<float>(), 0, 1e-5 * Math.Max(1, one.Value.abs().max().item<float>())));
        using var still = no_grad();
        Assert.True(layer.Forward(values, cosines, sines, DecoderLayer.Causal).equal(actual.Value).all().item<bool>(), "without a gradient the same bits");
    });

    private static Tensor Plain(DecoderLayer layer, ModelConfig config, Tensor x, Tensor cosines, Tensor sines)
    {
        Tensor Norm(Tensor of, Parameter weight) => of / ((of * of).mean([-1], keepdim: true) + config.NormEpsilon).sqrt() * weight;
        Tensor Linear(Tensor of, Projection projection) => nn.functional.linear(of, projection.Weight, projection.Bias);
        Tensor Heads(Tensor of) => of.view(Batch, Time, -1, config.HeadDim).transpose(1, 2);
        Tensor Turned(Tensor of)
        {
            var (a, b) = (of.narrow(-1, 0, config.HeadDim / 2), of.narrow(-1, config.HeadDim / 2, config.HeadDim / 2));
            return cat([(a * cosines) - (b * sines), (b * cosines) + (a * sines)], -1);
        }

        var normed = Norm(x, layer.InputNorm);
        Tensor Normed(Tensor of, Parameter? weight) => weight is null ? of : Norm(of, weight);
        var (query, key) = (Turned(Normed(Heads(Linear(normed, layer.Query)), layer.QueryNorm)), Turned(Normed(Heads(Linear(normed, layer.Key)), layer.KeyNorm)));
        var shared = config.Heads / config.KeyValueHeads;
        var (keys, values) = (key.repeat_interleave(shared, 1), Heads(Linear(normed, layer.Value)).repeat_interleave(shared, 1));
        var scores = query.matmul(keys.transpose(2, 3)) / Math.Sqrt(config.HeadDim);
        var hidden = ones([Time, Time], ScalarType.Bool).triu(1);
        var mixed = scores.masked_fill(hidden, float.NegativeInfinity).softmax(-1).matmul(values);
        x = x + Linear(mixed.transpose(1, 2).reshape(Batch, Time, -1), layer.Output);
        normed = Norm(x, layer.FeedForwardNorm);
        var gate = Linear(normed, layer.Gate);
        return x + Linear(gate * gate.sigmoid() * Linear(normed, layer.Up), layer.Down);
    }
}
