using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class DistillationLossTests
{
    [Fact]
    public void Forward_and_reverse_kl_of_a_fair_and_a_biased_coin()
    {
        // Teacher 1/2, 1/2; student 1/4, 3/4. Forward: ln(2)/2 + ln(2/3)/2. Reverse: ln(1/2)/4 + 3 ln(3/2)/4.
        using var scope = NewDisposeScope();
        var (student, teacher) = (tensor([0, Math.Log(3)]).reshape(1, 2), zeros(1, 2, float64));
        Golden.Close([(Math.Log(2) + Math.Log(2 / 3.0)) / 2], DistillationLoss.ForwardKl(student, teacher).Doubles(), 1e-12, "forward");
        Golden.Close([(Math.Log(0.5) / 4) + (0.75 * Math.Log(1.5))], DistillationLoss.ReverseKl(student, teacher).Doubles(), 1e-12, "reverse");
    }

    [Fact]
    public void Distributions_without_a_common_token_are_ln_2_apart_and_a_temperature_does_not_bring_them_closer()
    {
        using var scope = NewDisposeScope();
        var (student, teacher) = (tensor([0.0, double.NegativeInfinity]).reshape(1, 2), tensor([double.NegativeInfinity, 0.0]).reshape(1, 2));
        Golden.Close([Math.Log(2)], DistillationLoss.JensenShannon(student, teacher, temperature: 7).Doubles(), 1e-12, "divergence");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_and_gradients_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("losses/distillation.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var (student, teacher, temperature) = (golden.Needed("student_logits").requires_grad_(), golden.Needed("teacher_logits"), golden.Number("temperature"));
            var beta = golden.Optional("beta");
            var perToken = golden["kind"].GetString() switch
            {
                "forward_kl" => DistillationLoss.ForwardKl(student, teacher, temperature),
                "reverse_kl" => DistillationLoss.ReverseKl(student, teacher, temperature),
                "jsd" => DistillationLoss.JensenShannon(student, teacher, beta!.Value, temperature),
                var other => throw new InvalidDataException($"no divergence is called {other}"),
            };
            golden.CloseWithin(golden["per_token"], perToken, "per token");
            var loss = DistillationLoss.Mean(golden.Poison(perToken), golden.Mask, golden.Optional("num_items_in_batch"));
            loss.backward();
            golden.Close("loss", loss);
            golden.CloseGradient("student_logits", student.grad!);
            golden.AllSettingsWereRead();
        }
    }
}
