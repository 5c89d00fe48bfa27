using Rlaif.Learning.Training;

namespace Rlaif.Learning.Rewards;

/// <summary>What each source of rewards gave, for those who watch: a sum hides which of its terms is gamed.</summary>
internal static class RewardFigures
{
    /// <summary>Mean and standard deviation of each source over all responses of which it said something, in its own unit, and the share of
    /// the others where there are any. Nothing where the rewards have no parts.</summary>
    public static IEnumerable<(string Name, double Value)> Of(IReadOnlyList<Rollout> made)
    {
        for (var i = 0; i < made[0].Parts.Count; i++)
        {
            var name = made[0].Parts[i].Name;
            var all = made.SelectMany(rollout => rollout.Parts[i].Scores).ToList();
            var said = all.Where(score => !float.IsNaN(score)).Select(score => (double)score).ToList();
            if (said.Count > 0)
            {
                var mean = said.Average();
                yield return ($"reward/{name}_mean", mean);
                yield return ($"reward/{name}_deviation", Math.Sqrt(said.Average(score => (score - mean) * (score - mean))));
            }

            if (said.Count < all.Count)
            {
                yield return ($"reward/{name}_unscored", 1 - (said.Count / (double)all.Count));
            }
        }
    }
}
