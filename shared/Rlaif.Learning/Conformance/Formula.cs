using Rlaif.Learning.Sampling;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>An argument of a formula, in numbers that float32 holds exactly: what differs then is the computation.</summary>
/// <param name="Values">As the oracle reads them; NaN where nothing may look.</param>
/// <param name="Shape">As the product reads them.</param>
/// <param name="Learns">Whether the product's gradient to it is compared.</param>
internal sealed record Argument(double[] Values, long[] Shape, bool Learns = false);

/// <summary>A formula twice: as the product computes it, and in plain loops over f64 that know no tensor.</summary>
/// <param name="Group">Under which line of the table it counts.</param>
/// <param name="Name">Which of the group.</param>
/// <param name="Draw">Arguments; the same stream gives the same ones.</param>
/// <param name="Ours">Of the arguments as tensors.</param>
/// <param name="Oracle">Of the arguments as they vary, and as they stand: what has no gradient in the product is read from the latter. NaN: not compared.</param>
internal sealed record Formula(
    string Group, string Name, Func<RandomStream, Argument[]> Draw, Func<Tensor[], Tensor> Ours, Func<double[][], double[][], double[]> Oracle)
{
    // Central differences: the third derivative leaves 1e-11, rounding 1e-16 / 1e-5.
    private const double Difference = 1e-5;

    /// <summary>How far the product is from the oracle on one draw, in values and gradients.</summary>
    public double Error(ulong seed, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var arguments = Draw(new RandomStream(seed, 0));
        var inputs = Array.ConvertAll(arguments, a => tensor(a.Values, float64).reshape(a.Shape).to_type(type));
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = arguments[i].Learns ? inputs[i].requires_grad_() : inputs[i];
        }

        var still = Array.ConvertAll(arguments, a => a.Values);
        var outputs = Ours(inputs).reshape(-1);
        var expected = Oracle(still, still);
        var error = Deviation.Of(expected, outputs);
        if (!arguments.Any(a => a.Learns))
        {
            return error;
        }

        // One backward pass compares the gradients of all outputs, each by a weight of its own.
        var random = new RandomStream(seed, 1);
        double[] weights = [.. expected.Select(_ => (double)(float)(0.5 + random.NextDouble()))];
        (outputs * tensor(weights, float64).to_type(type)).sum().backward();
        for (var i = 0; i < arguments.Length; i++)
        {
            error = arguments[i].Learns ? Math.Max(error, Deviation.Of(Gradient(still, i, weights), inputs[i].grad)) : error;
        }

        return error;
    }

    private double[] Gradient(double[][] still, int argument, double[] weights)
    {
        var gradient = new double[still[argument].Length];
        for (var at = 0; at < gradient.Length; at++)
        {
            double At(double by)
            {
                var moved = (double[][])still.Clone();
                moved[argument] = (double[])still[argument].Clone();
                moved[argument][at] += by;
                return Oracle(moved, still).Zip(weights, (value, weight) => value * weight).Sum();
            }

            gradient[at] = (At(Difference) - At(-Difference)) / (2 * Difference);
        }

        return gradient;
    }
}
