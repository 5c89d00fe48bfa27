namespace Rlaif.Learning.Training;

/// <summary>A response on its own, as KTO sees it.</summary>
/// <param name="Prompt">At least one token.</param>
/// <param name="Response">At least one token, end token included when the response ended.</param>
/// <param name="Desirable">q, probability that it is a desirable one, 0..1.</param>
/// <param name="Mismatched">A response to another prompt; its own where the data have one prompt only.</param>
internal sealed record JudgedResponse(int[] Prompt, int[] Response, double Desirable, int[] Mismatched)
{
    /// <summary>Every response once, in the order in which they come first. How desirable it is, is the mean of what is said of it:
    /// that it beat one and lost to another does not make it both.</summary>
    /// <param name="judged">A response may come several times: it may stand in several pairs.</param>
    /// <param name="positions">Of the model: a mismatched response that does not fit behind its prompt is cut.</param>
    public static IReadOnlyList<JudgedResponse> Of(IEnumerable<JudgedExample> judged, int positions)
    {
        var each = judged.GroupBy(one => (Prompt: Name(one.Prompt), Response: Name(one.Response)))
            .Select(same => (same.Key.Prompt, First: same.First(), Desirable: same.Average(one => one.Desirable))).ToArray();
        return
        [
            .. each.Select((one, i) =>
            {
                var prompt = one.First.Prompt;
                var other = each[Other(i, each.Length, j => each[j].Prompt != one.Prompt)].First.Response;
                return new JudgedResponse(prompt, one.First.Response, one.Desirable, other[..Math.Min(other.Length, positions - prompt.Length)]);
            }),
        ];
    }

    // From half the data on: responses to one prompt lie side by side, and each is to meet another one.
    private static int Other(int i, int count, Func<int, bool> isOfAnotherPrompt) =>
        Enumerable.Range(0, count).Select(k => (i + (count / 2) + k) % count).FirstOrDefault(isOfAnotherPrompt, i);

    private static string Name(int[] ids) => string.Join(' ', ids);
}
