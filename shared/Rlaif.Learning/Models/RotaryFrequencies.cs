namespace Rlaif.Learning.Models;

/// <summary>How fast each pair of dimensions turns, radians per position, with the stretchings of transformers' modeling_rope_utils.</summary>
internal static class RotaryFrequencies
{
    public static double[] Of(ModelConfig config)
    {
        var plain = new double[config.HeadDim / 2];
        for (var i = 0; i < plain.Length; i++)
        {
            plain[i] = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim);
        }

        return config.RopeScaling switch
        {
            null => plain,
            { Kind: "linear" } linear => [.. plain.Select(f => f / linear.Factor)],
            { Kind: "llama3" } llama => [.. plain.Select(f => Llama3(f, llama))],
            { Kind: "yarn" } yarn => Yarn(plain, config, yarn),
            { Kind: "factors" } given => [.. plain.Zip(given.Divisors, (f, divisor) => f / divisor)],
            var other => throw new ArgumentException($"Rotary scaling {other.Kind} is not known.", nameof(config)),
        };
    }

    /// <summary>What cosine and sine are multiplied with; 1 for all but yarn.</summary>
    public static double AttentionScale(RopeScaling? scaling) =>
        scaling is { Kind: "yarn" } ? scaling.AttentionFactor ?? (scaling.Factor <= 1 ? 1 : (0.1 * Math.Log(scaling.Factor)) + 1) : 1;

    private static double Llama3(double frequency, RopeScaling scaling)
    {
        var turns = scaling.OriginalMaxPositions * frequency / (2 * Math.PI);
        var smooth = Math.Clamp((turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor), 0, 1);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }

    // arXiv 2309.00071, section 3.2: a ramp over dimensions, from those that turn beta-fast times to those that turn beta-slow times.
    private static double[] Yarn(double[] plain, ModelConfig config, RopeScaling scaling)
    {
        double DimensionThatTurns(double times) =>
            config.HeadDim * Math.Log(scaling.OriginalMaxPositions / (times * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
        var low = Math.Max(Math.Floor(DimensionThatTurns(scaling.BetaFast)), 0);
        var high = Math.Min(Math.Ceiling(DimensionThatTurns(scaling.BetaSlow)), config.HeadDim - 1);
        var width = high - low == 0 ? 0.001 : high - low;
        return [.. plain.Select((f, i) =>
        {
            var stretched = Math.Clamp((i - low) / width, 0, 1);
            return (f / scaling.Factor * stretched) + (f * (1 - stretched));
        })];
    }
}
