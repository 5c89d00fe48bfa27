namespace Rlaif.Learning.Conformance;

/// <summary>What the oracle computes with: loops over doubles.</summary>
internal static class Plain
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double LogSigmoid(double x) => x < 0 ? x - Math.Log(1 + Math.Exp(x)) : -Math.Log(1 + Math.Exp(-x));

    public static double Square(double x) => x * x;

    /// <summary>One value for each of so many places.</summary>
    public static double[] Each(int count, Func<int, double> of)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = of(i);
        }

        return values;
    }

    /// <summary>A sum over the places where the mask is 1.</summary>
    public static double Sum(double[] mask, Func<int, double> of)
    {
        var sum = 0.0;
        for (var i = 0; i < mask.Length; i++)
        {
            sum += mask[i] == 1 ? of(i) : 0;
        }

        return sum;
    }

    public static double Mean(double[] mask, Func<int, double> of) => Sum(mask, of) / Math.Max(1, mask.Sum());

    /// <summary>Of the places where the mask is 1, divided by their number less <paramref name="less"/>.</summary>
    public static double Variance(double[] mask, Func<int, double> of, int less)
    {
        var mean = Mean(mask, of);
        return Sum(mask, i => Square(of(i) - mean)) / Math.Max(1, mask.Sum() - less);
    }

    /// <summary>log softmax of one row of a table at a temperature.</summary>
    public static double[] LogSoftmax(double[] table, int row, int width, double temperature = 1)
    {
        var scores = Each(width, v => table[(row * width) + v] / temperature);
        var largest = scores.Max();
        var log = largest + Math.Log(scores.Sum(score => Math.Exp(score - largest)));
        return Each(width, v => scores[v] - log);
    }

    /// <summary>log Σ e^x of one row of a table.</summary>
    public static double LogSumExp(double[] table, int row, int width)
    {
        var largest = table.Skip(row * width).Take(width).Max();
        return largest + Math.Log(table.Skip(row * width).Take(width).Sum(x => Math.Exp(x - largest)));
    }
}
