using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class TiedPreferenceTests
{
    [Fact]
    public void Equal_rewards_tie_as_often_as_the_parameter_says()
    {
        // η ln 2: both win with σ(-ln 2) = 1/3, a tie has (4 - 1) / 9 = 1/3. ν 2: 1 : 2 : 1.
        using var scope = NewDisposeScope();
        var zero = zeros(1, float64);
        Golden.Close([1 / 3.0, 1 / 3.0, 1 / 3.0], RaoKupperLoss.LogProbabilities(zero, zero, tensor(Math.Log(2))).exp().Doubles(), 1e-12, "Rao-Kupper");
        Golden.Close([0.25, 0.5, 0.25], DavidsonLoss.LogProbabilities(zero, zero, tensor(Math.Log(2))).exp().Doubles(), 1e-12, "Davidson");
    }

    [Fact]
    public void Losses_and_gradients_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("losses/ties.json"))
        {
            using var scope = NewDisposeScope();
            var (chosen, rejected, target) = (
                golden.Needed("rewards_chosen").requires_grad_(), golden.Needed("rewards_rejected").requires_grad_(), golden.Needed("target"));
            var model = golden["model"].GetString();
            var parameter = tensor(golden.Number(model == "davidson" ? "log_nu" : "eta")).requires_grad_();
            var (logs, loss) = model switch
            {
                "rao_kupper" => (RaoKupperLoss.LogProbabilities(chosen, rejected, parameter), RaoKupperLoss.Of(chosen, rejected, target, parameter)),
                "davidson" => (DavidsonLoss.LogProbabilities(chosen, rejected, parameter), DavidsonLoss.Of(chosen, rejected, target, parameter)),
                _ => throw new InvalidDataException($"no model of ties is called {model}"),
            };
            var mean = loss.PerPair.mean();
            mean.backward();
            golden.Close("log_probabilities", logs);
            golden.Close("per_example", loss.PerPair);
            golden.Close("mean", mean);
            golden.CloseGradient("rewards_chosen", chosen.grad!);
            golden.CloseGradient("rewards_rejected", rejected.grad!);
            golden.CloseGradient("param", parameter.grad!);
            golden.AllSettingsWereRead();
        }
    }
}
