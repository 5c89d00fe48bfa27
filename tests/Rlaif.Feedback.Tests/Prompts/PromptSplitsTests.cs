using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Prompts;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Prompts;

public class PromptSplitsTests
{
    private static readonly Recipe Plain = new()
    {
        Name = "r",
        Policy = "p",
        Constitution = "c",
        Prompts = new() { Train = "/r/train.jsonl", PerRound = 8 },
        Labelers = new Dictionary<string, string> { ["rules"] = "settle" },
        Optimize = [],
        Rounds = 2,
        Evaluation = new() { Prompts = 10, DemoPrompts = 3 },
        Judge = new() { CalibrationPairs = 5 },
    };

    private static readonly Recipe Balanced = Plain with { Prompts = Plain.Prompts with { Balance = true } };

    [Fact]
    public void One_file_for_all_gives_disjoint_parts()
    {
        var all = Of(60);
        var splits = PromptSplits.Draw(Plain, all, null, null, _ => true);
        Assert.Equal([8, 8], splits.Train.Select(round => round.Count));
        Assert.Equal((10, 3, 5), (splits.Evaluation.Count, splits.Demo.Count, splits.Calibration.Count));
        Assert.Equal(34, Ids(splits).Distinct().Count());
        Assert.All(splits.Calibration, prompt => Assert.NotNull(prompt.HumanChosen));
    }

    [Fact]
    public void Any_draw_is_disjoint_and_repeats_itself() =>
        Gen.Select(Gen.Int[0, 999], Gen.Int[1, 4], Gen.Int[1, 12], Gen.Int[1, 20], Gen.Bool, Gen.Bool).Sample(
            (seed, rounds, perRound, evaluation, balance, one) =>
        {
            var recipe = Plain with
            {
                Seed = seed,
                Rounds = rounds,
                Prompts = Plain.Prompts with { PerRound = perRound, Balance = balance },
                Evaluation = Plain.Evaluation with { Prompts = evaluation },
            };
            PromptSplits Draw() => PromptSplits.Draw(recipe, Of(90), one ? null : Of(40, "e"), one ? null : Of(9, "d"), _ => true);
            var ids = Ids(Draw()).ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
            Assert.Equal(ids, Ids(Draw()));
        });

    [Fact]
    public void Another_seed_draws_other_prompts_and_more_rounds_leave_the_evaluation_as_it_is()
    {
        static PromptSplits Draw(Recipe recipe) => PromptSplits.Draw(recipe, Of(90), null, null, _ => true);
        Assert.NotEqual(Ids(Draw(Plain)), Ids(Draw(Plain with { Seed = 2 })));
        Assert.Equal(Draw(Plain).Evaluation.Select(p => p.Prompt.Id), Draw(Plain with { Rounds = 4 }).Evaluation.Select(p => p.Prompt.Id));
    }

    [Fact]
    public void Balance_draws_as_many_of_each_tag_and_boost_more()
    {
        var recipe = Balanced with { Prompts = Balanced.Prompts with { PerRound = 4, Boost = new Dictionary<string, double> { ["b"] = 1.5 } } };
        var splits = PromptSplits.Draw(recipe, Of(90), Of(90, "e"), null, _ => true);
        Assert.All(splits.Train, round => Assert.Equal([("a", 4), ("b", 6), ("c", 4)], Tags(round)));
        Assert.Equal([("a", 10), ("b", 10), ("c", 10)], Tags(splits.Evaluation));
        Assert.Equal([("a", 1), ("b", 1), ("c", 1)], Tags(splits.Demo));
    }

    [Fact]
    public void A_tag_with_too_few_prompts_gives_each_round_the_same_number_and_shrinks_with_the_evaluation()
    {
        // Tag a: 30 prompts, tag d: 7, of which training asks for 16 and evaluation for 10: 7 · 10 / 26 = 2, then (7 - 2) / 2 = 2 for each round.
        var few = Enumerable.Range(0, 7).Select(i => Prompt($"few{i}", "d"));
        var recipe = Balanced with { Evaluation = new() { Prompts = 10, DemoPrompts = 0 } };
        var splits = PromptSplits.Draw(recipe, [.. Of(90), .. few], null, null, _ => true);
        Assert.All(splits.Train, round => Assert.Equal([("a", 8), ("b", 8), ("c", 8), ("d", 2)], Tags(round)));
        Assert.Equal([("a", 10), ("b", 10), ("c", 10), ("d", 2)], Tags(splits.Evaluation));
    }

    [Fact]
    public void A_dialogue_that_is_held_out_is_not_trained_on()
    {
        var train = Of(40);
        var copies = train.Take(12).Select(p => p with { Prompt = p.Prompt with { Id = "copy-" + p.Prompt.Id } }).ToList();
        var splits = PromptSplits.Draw(Plain, train, copies, Of(3, "d"), _ => true);
        var held = copies.Select(p => p.Prompt.Turns[0].Content).ToHashSet();
        Assert.DoesNotContain(splits.Train.SelectMany(round => round), p => held.Contains(p.Prompt.Turns[0].Content));
    }

    [Fact]
    public void What_does_not_fit_is_left_out()
    {
        var splits = PromptSplits.Draw(Plain, Of(80), null, null, prompt => !prompt.Id.EndsWith('3'));
        Assert.DoesNotContain(Ids(splits), id => id.EndsWith('3'));
    }

    [Fact]
    public void What_cannot_be_drawn_is_one_sentence()
    {
        Assert.Equal(
            "train.jsonl has 17 prompts left that are short enough, and evaluation.prompts (10) and rounds (2) times prompts.perRound (8) "
            + "ask for more; lower them, raise prompts.maxTokens or add prompts.",
            ErrorOf(Plain, Of(20)));
        Assert.StartsWith("train.jsonl has 0 prompts left", ErrorOf(Balanced, Of(2)), StringComparison.Ordinal);
        Assert.StartsWith("Prompt bare of train.jsonl has no tag", ErrorOf(Balanced, [.. Of(90), Prompt("bare", null)]), StringComparison.Ordinal);
        var boosted = Balanced with { Prompts = Balanced.Prompts with { Boost = new Dictionary<string, double> { ["unsafee"] = 2 } } };
        Assert.Equal("prompts.boost names unsafee, which is no tag in train.jsonl; its tags are a, b, c.", ErrorOf(boosted, Of(90)));
        var twice = Prompt("other", null) with { Prompt = Prompt("other", null).Prompt with { Id = "p1" } };
        Assert.StartsWith("Prompt id p1 names two dialogues", ErrorOf(Plain, [.. Of(90), twice]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_quickstart_draws_what_its_recipe_says()
    {
        var recipe = RecipeFile.Read(Repository.Path("recipes/quickstart.yaml"));
        static IReadOnlyList<LoadedPrompt> Read(string? path) => PromptFile.Read(path!);
        var splits = PromptSplits.Draw(
            recipe, Read(recipe.Prompts.Train), Read(recipe.Prompts.Evaluation), Read(recipe.Prompts.Demo), _ => true);
        Assert.All(splits.Train, round => Assert.All(Tags(round), tag => Assert.InRange(tag.Count, 1, tag.Tag == "unsafe" ? 30 : 20)));
        Assert.Single(splits.Train.Select(round => round.Count).Distinct());
        Assert.InRange(splits.Train[0].Count, 140, 320);
        Assert.InRange(splits.Evaluation.Count, 200, 320);
        Assert.Equal((3, 0), (splits.Demo.Count, splits.Calibration.Count));
    }

    private static LoadedPrompt Prompt(string id, string? tag) => new(new(id, [new("user", $"text of {id}")], tag), $"good {id}", $"bad {id}");

    private static List<LoadedPrompt> Of(int count, string name = "p") =>
        [.. Enumerable.Range(0, count).Select(i => Prompt($"{name}{i}", "abc"[i % 3].ToString()))];

    private static IEnumerable<string> Ids(PromptSplits splits) =>
        splits.Train.SelectMany(round => round).Concat(splits.Evaluation).Concat(splits.Demo).Concat(splits.Calibration).Select(p => p.Prompt.Id);

    private static IEnumerable<(string Tag, int Count)> Tags(IReadOnlyList<LoadedPrompt> prompts) =>
        prompts.CountBy(p => p.Prompt.Tag!).Select(tag => (tag.Key, tag.Value)).OrderBy(tag => tag.Key, StringComparer.Ordinal);

    private static string ErrorOf(Recipe recipe, IReadOnlyList<LoadedPrompt> train) =>
        Assert.Throws<InputException>(() => PromptSplits.Draw(recipe, train, null, null, _ => true)).Message;
}
