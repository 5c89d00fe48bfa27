using Rlaif.Learning.Sampling;

namespace Rlaif.Learning.Conformance;

/// <summary>Arguments of formulas.</summary>
internal static class Drawing
{
    /// <summary>Rows and columns of what has tokens; rows are groups of two.</summary>
    public const int Rows = 4, Time = 6;

    public static Argument Learnt(this Argument argument) => argument with { Learns = true };

    public static Argument Normal(this RandomStream random, double deviation, params long[] shape) => random.Of(shape, () => deviation * random.NextNormal());

    public static Argument Between(this RandomStream random, double low, double high, params long[] shape) =>
        random.Of(shape, () => low + ((high - low) * random.NextDouble()));

    public static Argument Whole(this RandomStream random, int from, int below, params long[] shape) =>
        random.Of(shape, () => from + Math.Floor((below - from) * random.NextDouble()));

    /// <summary>1 on real tokens: rows of any length from 1, right padded, one of them with a gap.</summary>
    public static Argument Mask(this RandomStream random)
    {
        var mask = new double[Rows * Time];
        for (var row = 0; row < Rows; row++)
        {
            var length = row == 0 ? Time : 1 + (int)(random.NextDouble() * Time);
            Array.Fill(mask, 1, row * Time, length);
        }

        mask[2] = 0;
        return new(mask, [Rows, Time]);
    }

    /// <summary>Normal numbers on real tokens, and NaN beside them: a formula that looks there shows it.</summary>
    public static Argument Tokens(this RandomStream random, Argument mask, double mean, double deviation)
    {
        var drawn = random.Of(mask.Shape, () => mean + (deviation * random.NextNormal()));
        return drawn with { Values = [.. drawn.Values.Zip(mask.Values, (value, real) => real == 1 ? value : double.NaN)] };
    }

    private static Argument Of(this RandomStream _, long[] shape, Func<double> draw) =>
        new(Plain.Each((int)shape.Aggregate(1L, (a, b) => a * b), _ => (float)draw()), shape);
}
