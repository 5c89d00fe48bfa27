namespace Rlaif.Learning.Losses;

/// <summary>Parameters of the losses with ties under which responses of equal reward tie as often as the labels of a data set do.</summary>
/// <remarks>Davidson: τ = ν / (2 + ν). Rao and Kupper: τ = (e^2η - 1) σ(-η)² = tanh(η / 2).</remarks>
public static class TieShare
{
    /// <summary>ln ν.</summary>
    /// <param name="share">τ, above 0 and below 1.</param>
    public static double LogNu(double share) => Math.Log(2 * share / (1 - share));

    /// <summary>η.</summary>
    /// <inheritdoc cref="LogNu"/>
    public static double Eta(double share) => 2 * Math.Atanh(share);
}
