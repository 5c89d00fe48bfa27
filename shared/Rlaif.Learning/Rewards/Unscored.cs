namespace Rlaif.Learning.Rewards;

/// <summary>What a response counts of which a source says nothing: neither for it nor against it.</summary>
internal static class Unscored
{
    /// <summary>NaN becomes the mean of the response's siblings that have a score, else of all that have one; it stays where none has.</summary>
    /// <param name="scores">[prompts * samples], the samples of a prompt side by side.</param>
    /// <param name="samples">Responses to each prompt.</param>
    public static float[] Filled(IReadOnlyList<float> scores, int samples)
    {
        var all = Mean(scores, float.NaN);
        return [.. scores.Chunk(samples).SelectMany(siblings =>
        {
            var mean = Mean(siblings, all);
            return siblings.Select(score => float.IsNaN(score) ? mean : score);
        })];
    }

    private static float Mean(IEnumerable<float> scores, float otherwise)
    {
        var said = scores.Where(score => !float.IsNaN(score)).ToList();
        return said.Count == 0 ? otherwise : (float)said.Average(score => (double)score);
    }
}
