using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Training;

public class JudgedResponseTests
{
    private static readonly int[] First = [5, 6], Second = [5, 7];

    [Fact]
    public void A_response_stands_once_with_the_mean_of_what_its_pairs_say()
    {
        // [11] wins by 0.9 and by 0.7, [12] loses that and beats [13] by 0.6.
        var judged = Of([new(First, [11], [12], 0.9), new(First, [12], [13], 0.6), new(First, [11], [13], 0.7), new(Second, [11], [14], 1)]);
        Assert.Equal([[11], [12], [13], [11], [14]], judged.Select(one => one.Response));
        Assert.Equal([0.8, 0.35, 0.35, 1, 0], judged.Select(one => Math.Round(one.Desirable, 12)));
        Assert.Equal([First, First, First, Second, Second], judged.Select(one => one.Prompt));
    }

    [Fact]
    public void A_mismatched_response_answers_another_prompt_and_differs_from_one_to_the_next()
    {
        TrainingPair[] pairs = [.. Enumerable.Range(0, 6).Select(i => new TrainingPair([i / 2], [10 + i], [20 + i], 1))];
        var judged = Of(pairs);
        Assert.All(judged, one => Assert.NotEqual(one.Prompt, judged.First(other => other.Response.SequenceEqual(one.Mismatched)).Prompt));
        Assert.Equal(judged.Count, judged.Select(one => one.Mismatched[0]).Distinct().Count());
    }

    [Fact]
    public void Responses_to_one_prompt_are_their_own_mismatched_ones_and_nobody_looks_for_others()
    {
        // Every response against every other one would be 10^10 looks.
        TrainingPair[] pairs = [.. Enumerable.Range(0, 50_000).Select(i => new TrainingPair(First, [i], [i, i], 1))];
        Assert.All(Of(pairs), one => Assert.Equal(one.Response, one.Mismatched));
    }

    [Fact]
    public void A_mismatched_response_is_cut_to_the_positions_that_its_prompt_leaves()
    {
        var judged = Of([new([1, 2, 3], [4], [5], 1), new([6], [7, 8, 9], [10, 11, 12], 1)], positions: 4);
        Assert.All(judged, one => Assert.InRange(one.Prompt.Length + one.Mismatched.Length, 2, 4));
        Assert.Equal([7], judged[0].Mismatched);
    }

    [Fact]
    public Task A_tie_counts_one_half_wherever_a_pair_is_taken_apart() => TinyTraining.Run(tiny =>
    {
        TrainingPair tied = new(First, [11], [12, 13, 14], 1) { Tie = true };
        TrainingData.Write(tiny.PairsFile, [tied]);
        Assert.Equal([0.5, 0.5], TrainingData.ReadJudged(tiny.PairsFile, TinyTraining.Config).Select(one => one.Desirable));
        Assert.Equal(0.5f, PairFigures.Preferences([tied]).item<float>());
        using var objective = new DpoObjective(tiny.Policy(null), [tied], new([0f], [0f]), new(TinyTraining.Tokens, beta: 0.1));
        Assert.Equal(2, objective.Window([0]).TokensPerPair);
    });

    [Fact]
    public Task Kto_on_one_prompt_says_what_it_lacks_and_apo_zero_needs_none() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.Pairs.Select(pair => pair with { Prompt = tiny.Pairs[0].Prompt }));
        var refused = Assert.Throws<InputException>(() => tiny.Train("kto", "one"));
        Assert.EndsWith(
            "pairs.jsonl has responses to one prompt only; kto measures the policy on responses to other prompts. Take more prompts, or loss: apoZero.",
            refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(tiny.Train("apo-zero", "one"));
    });

    [Fact]
    public Task Before_the_first_step_nothing_differs_from_the_reference() => TinyTraining.Run(tiny =>
    {
        var first = tiny.Train("kto", "first").Where(m => m.Step == 1).ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(0.5, first["kto/loss"], 1e-6);
        Assert.All(first.Keys.Where(name => name.EndsWith("_nats_per_sequence", StringComparison.Ordinal)), name => Assert.Equal(0, first[name], 1e-5));
    });

    private static IReadOnlyList<JudgedResponse> Of(IReadOnlyList<TrainingPair> pairs, int positions = 64) =>
        JudgedResponse.Of(JudgedResponse.Once(pairs.SelectMany(pair => pair.Sides)), positions);
}
