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
    public static IReadOnlyList<JudgedExample> Once(IEnumerable<JudgedExample> judged) =>
        [.. judged.GroupBy(one => (Name(one.Prompt), Name(one.Response))).Select(same => same.First() with { Desirable = same.Average(one => one.Desirable) })];

    /// <summary>Each with a response to another prompt.</summary>
    /// <param name="judged">Every response once.</param>
    /// <param name="positions">Of the model: a mismatched response that does not fit behind its prompt is cut.</param>
    public static IReadOnlyList<JudgedResponse> Of(IReadOnlyList<JudgedExample> judged, int positions)
    {
        string[] prompts = [.. judged.Select(one => Name(one.Prompt))];
        // None would be found, after a look at all the others for each.
        var hasOthers = prompts.Any(prompt => prompt != prompts[0]);
        return
        [
            .. judged.Select((one, i) =>
            {
                var other = judged[hasOthers ? Other(i, judged.Count, j => prompts[j] != prompts[i]) : i].Response;
                return new JudgedResponse(one.Prompt, one.Response, one.Desirable, other[..Math.Min(other.Length, positions - one.Prompt.Length)]);
            }),
        ];
    }

    // From half the data on: responses to one prompt lie side by side, and each is to meet another one.
    private static int Other(int i, int count, Func<int, bool> isOfAnotherPrompt) =>
        Enumerable.Range(0, count).Select(k => (i + (count / 2) + k) % count).First(isOfAnotherPrompt);

    private static string Name(int[] ids) => string.Join(' ', ids);
}
