namespace Rlaif.Learning.Advantages;

/// <summary>What the members of an ensemble give one response, as one reward: their mean, less what they disagree.</summary>
/// <remarks>r = mean - λ · deviation. λ = 0: the mean; λ = 1: Eisenstein et al. 2023, section 5 ("mean minus std"). Coste et al. 2023 subtract the variance,
/// which has the square of the reward's unit. Where one model can be gamed, members that were trained alike tend to disagree.</remarks>
public static class EnsembleReward
{
    /// <param name="members">A reward of each member.</param>
    /// <param name="pessimism">λ, 0 or more.</param>
    public static float Of(IReadOnlyList<float> members, double pessimism) => (float)(members.Average(member => (double)member) - (pessimism * Deviation(members)));

    /// <summary>Standard deviation (n - 1) in the unit of rewards; 0 for a single member.</summary>
    public static double Deviation(IReadOnlyList<float> members)
    {
        var mean = members.Average(member => (double)member);
        return members.Count == 1 ? 0 : Math.Sqrt(members.Sum(member => (member - mean) * (member - mean)) / (members.Count - 1));
    }
}
