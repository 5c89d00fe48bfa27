using System.Text.Json;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Evaluation;
using Rlaif.Feedback.Tests.Statistics;

namespace Rlaif.Feedback.Tests.Checks;

public class TextFixtureTests
{
    [Fact]
    public void Phrases_are_found_as_whole_words_near_the_start() => Cases.Run("text_metrics", "phrase_rate", (input, expected) =>
    {
        var phrases = new PhraseList(input.Texts("phrases"), input.GetProperty("window").GetInt32());
        var hits = input.Texts("texts").Select(phrases.In).ToList();
        Assert.Equal(expected.Values.GetProperty("hits").EnumerateArray().Select(hit => hit.GetBoolean()), hits);
        expected.Close("rate", (double)hits.Count(hit => hit) / hits.Count);
    });

    [Fact]
    public void The_longest_common_run_of_words_is_found() => Cases.Run("text_metrics", "prompt_echo", (input, expected) =>
        expected.Close("longestCommonTokens", Words.LongestCommonRun(Split(input, "prompt"), Split(input, "response"))));

    // Distinct runs of words; self-BLEU and repetition of one text are not ours. An empty list is refused by whoever evaluates.
    [Fact]
    public void Distinct_runs_count_over_all_texts_together()
    {
        foreach (var one in Cases.Of("text_metrics", "diversity").Where(one => one.GetProperty("input").Texts("texts").Length > 0))
        {
            var expected = new Expected(one.GetProperty("name").GetString()!, one.GetProperty("expect"), one.GetProperty("tolerance").GetDouble());
            foreach (var n in new[] { 1, 2, 3 })
            {
                expected.Close($"distinct{n}", Probes.Distinct(n, one.GetProperty("input").Texts("texts")));
            }
        }
    }

    private static string[] Split(JsonElement input, string key) =>
        input.GetProperty(key).GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
