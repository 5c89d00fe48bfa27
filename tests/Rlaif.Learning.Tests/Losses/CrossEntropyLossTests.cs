using System.Text.Json;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Recipes;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class CrossEntropyLossTests
{
    private const int Uncounted = -100;

    [Fact]
    public void Equal_logits_cost_the_logarithm_of_the_vocabulary()
    {
        var loss = CrossEntropyLoss.Of(zeros(3, 8, float64), tensor([0L, 5, 7]), windowTokens: 3);
        Golden.Close([Math.Log(8)], loss.Doubles(), 1e-15, "loss");
    }

    [Fact]
    public void Micro_batches_of_different_size_add_up_to_the_loss_of_the_whole_window()
    {
        var logits = arange(12, float64).reshape(4, 3).sin();
        var targets = tensor([0L, 2, 1, 1]);
        var whole = CrossEntropyLoss.Of(logits, targets, windowTokens: 4);
        var parts = CrossEntropyLoss.Of(logits[..1], targets[..1], windowTokens: 4) + CrossEntropyLoss.Of(logits[1..], targets[1..], windowTokens: 4);
        Golden.Close(whole.Doubles(), parts.Doubles(), 1e-15, "loss");
    }

    /// <summary>A mean of sequences or of micro-batches is another loss (and must differ from ours).</summary>
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Losses_and_gradients_equal_the_reference(ScalarType type)
    {
        var compared = 0;
        foreach (var batch in Golden.Read("losses/cross_entropy.json").GetProperty("batches").EnumerateArray())
        {
            var extreme = batch.GetProperty("name").GetString()!.StartsWith("extreme", StringComparison.Ordinal);
            var tolerance = type == ScalarType.Float64 ? 1e-9 : extreme ? 1e-4 : 2e-6;
            foreach (var golden in batch.GetProperty("cases").EnumerateArray().Where(IsOurs))
            {
                using var scope = NewDisposeScope();
                var name = $"{batch.GetProperty("name").GetString()} {golden.GetProperty("name").GetString()}";
                var logits = batch.GetProperty("inputs").GetProperty("logits").EnumerateArray().Select(l => l.Tensor(type).requires_grad_()).ToArray();
                var losses = MicroLosses(batch, golden, logits);
                var loss = stack(losses).sum();
                loss.backward();

                Golden.Close(golden.GetProperty("micro_losses"), stack(losses), tolerance, name + " micro-batches");
                Golden.Close(golden.GetProperty("loss"), loss, tolerance, name);
                foreach (var (gradient, leaf) in golden.GetProperty("gradients").GetProperty("logits").EnumerateArray().Zip(logits))
                {
                    Golden.Close(gradient, leaf.grad!, tolerance, name + " gradient");
                }

                compared++;
            }
        }

        Assert.Equal(15, compared);
    }

    [Fact]
    public void What_the_policy_would_hardly_say_pulls_least_in_dynamic_fine_tuning()
    {
        // p 1/4 of the target: loss 1/4 ln 4, and its gradient that of cross-entropy, 1/4 - 1, times 1/4.
        using var scope = NewDisposeScope();
        var logits = zeros(1, 4, float64).requires_grad_();
        var loss = DynamicFineTuningLoss.Of(TokenLogProbs.Of(logits, tensor([2L])), windowTokens: 1);
        loss.backward();
        Golden.Close([Math.Log(4) / 4], loss.Doubles(), 1e-15, "loss");
        Golden.Close([1 / 16.0, 1 / 16.0, -3 / 16.0, 1 / 16.0], logits.grad!.Doubles(), 1e-15, "gradient");
    }

    [Fact]
    public void A_constant_added_to_all_logits_costs_by_the_z_loss_alone()
    {
        // log Σ e^c = c + ln 4 of equal logits c; no other loss sees c.
        using var scope = NewDisposeScope();
        var (logits, targets) = (full(1, 4, 3.0, float64), tensor([2L]));
        var plain = SupervisedVariant.Of(logits, targets, 1, new()).Loss;
        Golden.Close([Math.Log(4)], plain.Doubles(), 1e-12, "cross-entropy");
        Golden.Close([0.1 * Math.Pow(3 + Math.Log(4), 2)], (SupervisedVariant.Of(logits, targets, 1, new() { ZLoss = 0.1 }).Loss - plain).Doubles(), 1e-12, "z-loss");
    }

    [Fact]
    public void A_mean_of_micro_batch_means_is_another_loss()
    {
        var batch = Golden.Read("losses/cross_entropy.json").GetProperty("batches")[1];
        JsonElement Case(string name) => batch.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var logits = batch.GetProperty("inputs").GetProperty("logits").EnumerateArray().Select(l => l.Tensor(ScalarType.Float64)).ToArray();
        var ours = stack(MicroLosses(batch, Case("tokens_in_step"), logits)).sum().ToDouble();
        Assert.True(Math.Abs(ours - Case("mean_of_micro_batches (differs)").GetProperty("loss").GetDouble()) > 1e-3);
    }

    private static bool IsOurs(JsonElement golden)
    {
        var hyper = golden.GetProperty("hyper");
        return hyper.GetProperty("reduction").GetString() is "tokens_in_step" or "sum";
    }

    /// <summary>Logits at t predict the label at t+1; a label in column 0 is never used.</summary>
    private static Tensor[] MicroLosses(JsonElement batch, JsonElement golden, Tensor[] logits)
    {
        var hyper = golden.GetProperty("hyper");
        var window = hyper.GetProperty("reduction").GetString() == "sum" ? 1 : golden.GetProperty("num_items_in_batch").GetInt64();
        var labels = batch.GetProperty("inputs").GetProperty("labels").EnumerateArray().Select(l => l.Tensor(ScalarType.Int64)[.., 1..]);
        return [.. logits.Zip(labels, (all, targets) =>
        {
            var counted = targets.ne(Uncounted);
            var recipe = new SftRecipe
            {
                LabelSmoothing = hyper.GetProperty("label_smoothing").GetDouble(), ZLoss = hyper.GetProperty("z_loss").GetDouble(), Dft = hyper.GetProperty("dft").GetBoolean(),
            };
            return SupervisedVariant.Of(all[.., ..^1][counted], targets[counted], window, recipe).Loss;
        })];
    }
}
