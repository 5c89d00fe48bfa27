using Rlaif.Learning.Advantages;
using Rlaif.Learning.Conformance;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;

namespace Rlaif.Learning.Tests.Conformance;

public class ConformanceTests
{
    /// <summary>Mistakes of the kind that others have shipped.</summary>
    private static readonly (string Name, Func<torch.Tensor[], torch.Tensor> Ours)[] Mistakes =
    [
        ("sigmoid", t => DpoLoss.Of(new(t[0], t[1]), new(t[3], t[2]), t[6], 0.3).PerPair),                                                  // reference of the other response
        ("ipo", t => IpoLoss.Of(t[0] - t[2] - (t[1] - t[3]), 0.3)),                                                                         // sums where means belong
        ("whitened", t => MaskedStatistics.Whiten(t[0], t[2], keepMean: true)),                                                             // the switch the wrong way round
        ("GAE", t => torch.stack([GeneralisedAdvantage.Of(t[0], t[1], t[2], 0.9).Advantages, GeneralisedAdvantage.Of(t[0], t[1], t[2], 0.9).Returns])),    // another λ
        ("policy", t => PpoPolicyLoss.Of(t[0], t[1], t[2], t[3], new(0.2, 0.2)).Loss),                                                      // one ε for both sides
        ("cross-entropy", t => CrossEntropyLoss.Of(t[0], t[2].to(torch.ScalarType.Int64), 5)),                                              // a mean of its own
        ("GRPO, by Group", t => GroupAdvantage.Of(t[0], 4, epsilon: 0.01).Advantages),
    ];

    [Fact]
    public Task This_machine_computes_what_the_formulas_say() => OnTorch(() =>
    {
        var results = ConformanceSuite.Run(TestContext.Current.CancellationToken);
        Assert.Empty(results.Where(result => !result.Passed).Select(result => $"{result.Group}, {result.Name} in {result.Arithmetic}: {result.Failure ?? $"{result.Error:E1}"}"));
        Assert.True(results.Count > 400, $"only {results.Count} vectors");
        Assert.Distinct(results.Select(result => (result.Group, result.Name, result.Arithmetic)));
    });

    [Fact]
    public Task A_formula_that_is_off_by_a_thousandth_fails() => OnTorch(() => Assert.All(
        ConformanceSuite.Formulas, formula => Fails(formula with { Ours = t => formula.Ours(t) * 1.001 })));

    [Fact]
    public Task A_gradient_that_is_off_by_a_thousandth_fails_though_the_value_is_right() => OnTorch(() => Assert.All(
        ConformanceSuite.Formulas.Where(Learns), formula => Fails(formula with
        {
            Ours = t =>
            {
                var value = formula.Ours(t);
                return value + (0.001 * (value - value.detach()));
            },
        })));

    [Fact]
    public Task A_mistake_that_others_have_shipped_fails() => OnTorch(() => Assert.All(
        Mistakes, mistake => Fails(ConformanceSuite.Formulas.First(formula => formula.Name == mistake.Name) with { Ours = mistake.Ours })));

    [Fact]
    public Task An_operator_that_a_device_lacks_is_a_failure_and_not_the_end() => OnTorch(() =>
    {
        var results = ConformanceSuite.Of(ConformanceSuite.Formulas[0] with { Ours = t => t[0].reshape(7, 7, 7) }).ToList();
        Assert.All(results, result => Assert.True(result is { Passed: false, Failure.Length: > 0 }, $"{result}"));
    });

    [Fact]
    public Task Rounded_products_are_told_from_those_in_f32() => OnTorch(() =>
    {
        // An input is rounded by up to 2^-9 of it; where terms cancel, in the gradient of tied weights, that is 0.088 of what is left on a CPU and 0.103 on a card.
        MatrixProduct.Precision = Precision.BFloat16;
        try
        {
            Assert.All(DecoderCase.All.SelectMany(one => one.Ways), way => Assert.InRange(way.Error(), 1e-4, 0.12));
        }
        finally
        {
            MatrixProduct.Precision = Precision.Float32;
        }
    });

    private static void Fails(Formula formula) => Assert.Contains(ConformanceSuite.Of(formula), result => !result.Passed);

    private static bool Learns(Formula formula) => formula.Draw(new(0, 0)).Any(argument => argument.Learns);

    private static Task OnTorch(Action test) => TorchThread.Run(
        () =>
        {
            TorchRuntime.Use(TestDevice.Numerics);
            test();
        }, TestContext.Current.CancellationToken);
}
