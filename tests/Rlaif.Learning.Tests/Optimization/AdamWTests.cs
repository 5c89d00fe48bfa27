using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Rlaif.Learning.Tests.Optimization;

public class AdamWTests
{
    private static readonly string[] Names = ["w", "b", "s"];

    [Fact]
    public void The_first_update_has_the_size_of_the_learning_rate_whatever_the_gradient()
    {
        // t 1: m / (1 - β1) = g, sqrt(v / (1 - β2)) = |g|: the update is lr · g / (|g| + ε).
        var weight = Weight("w", ones(1, 2, float64));
        using var adam = new AdamW([weight], new());
        adam.Update([tensor([1e-3, -1e3]).reshape(1, 2)], learningRate: 0.1);
        Golden.Close([0.9, 1.1], weight.Value.Doubles(), 1e-5, "weight");
    }

    [Fact]
    public void Decay_falls_on_matrices_and_spares_norms_and_biases()
    {
        // Gradient 0: only decay moves. 2 · (1 - 0.1 · 0.5) = 1.9.
        var (matrix, norm) = (Weight("m", full(1, 2, 2.0, float64)), Weight("n", full(2, 2.0, float64)));
        using var adam = new AdamW([matrix, norm], new(WeightDecay: 0.5));
        adam.Update([zeros(1, 2, float64), zeros(2, float64)], learningRate: 0.1);
        Golden.Close([1.9, 1.9], matrix.Value.Doubles(), 1e-12, "matrix");
        Assert.Equal([2.0, 2.0], norm.Value.Doubles());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Twenty_steps_equal_the_reference(ScalarType type)
    {
        var cases = Golden.Cases("rl/adamw.json");
        Assert.Equal(4, cases.Length);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var hyper = golden.GetProperty("hyper");
            // The reference decays vectors too: as matrices of one row they are the same numbers.
            var weights = Names.Select(n => Weight(n, Matrix(golden.GetProperty("inputs").GetProperty("parameters").GetProperty(n), type))).ToArray();
            using var adam = new AdamW(weights, new(
                hyper.GetProperty("betas")[0].GetDouble(), hyper.GetProperty("betas")[1].GetDouble(),
                hyper.GetProperty("eps").GetDouble(), hyper.GetProperty("weight_decay").GetDouble()));

            // The f64 numbers are torch's own; float32 is asked for 5 times what it costs there.
            var tolerance = type == ScalarType.Float64 ? 1e-9 : 5 * golden.GetProperty("float32_deviation").GetProperty("against f64").GetDouble();
            var after = golden.GetProperty("parameters_after_step");
            var step = 0;
            foreach (var gradients in golden.GetProperty("inputs").GetProperty("gradients").EnumerateArray())
            {
                adam.Update([.. Names.Select(n => Matrix(gradients.GetProperty(n), type))], hyper.GetProperty("lr").GetDouble());
                if (type == ScalarType.Float32)
                {
                    Compare(after[step], n => weights[Array.IndexOf(Names, n)].Value, tolerance, $"{name} step {step}");
                }

                step++;
            }

            Assert.Equal(20, step);
            Compare(golden.GetProperty("parameters_after_last_step_f64"), n => weights[Array.IndexOf(Names, n)].Value, tolerance, name + " f64");
            var moments = adam.Moments.ToDictionary(m => m.Name, m => m.Value);
            var state = golden.GetProperty("state_after_last_step");
            foreach (var n in Names)
            {
                // The reference's moments are float32.
                Golden.Close(state.GetProperty(n).GetProperty("exp_avg"), moments["exp_avg." + n], 2e-6, name + " mean");
                Golden.Close(state.GetProperty(n).GetProperty("exp_avg_sq"), moments["exp_avg_sq." + n], 2e-6, name + " square");
            }
        }
    }

    [Fact]
    public void Moments_put_into_another_optimizer_go_on_bit_equal()
    {
        static Tensor Gradient(int step) => arange(6, float32).reshape(2, 3).mul(step + 1).sin();
        var (straight, resumed) = (Weight("w", ones(2, 3)), Weight("w", ones(2, 3)));
        using var one = new AdamW([straight], new(WeightDecay: 0.1));
        using var first = new AdamW([resumed], new(WeightDecay: 0.1));
        using var second = new AdamW([resumed], new(WeightDecay: 0.1));
        for (var step = 0; step < 20; step++)
        {
            one.Update([Gradient(step)], 0.01);
            if (step == 10)
            {
                second.Resume(name => first.Moments.Single(m => m.Name == name).Value, first.Steps);
            }

            (step < 10 ? first : second).Update([Gradient(step)], 0.01);
        }

        Assert.Equal(straight.Value.Doubles(), resumed.Value.Doubles());
    }

    private static NamedWeight Weight(string name, Tensor values) => new(name, new Parameter(values));

    private static Tensor Matrix(JsonElement numbers, ScalarType type) => numbers.Tensor(type).reshape(-1, numbers.Flatten().Count());

    private static void Compare(JsonElement expected, Func<string, Tensor> actual, double tolerance, string what)
    {
        foreach (var name in Names)
        {
            Golden.Close(expected.GetProperty(name), actual(name), tolerance, $"{what} {name}");
        }
    }
}
