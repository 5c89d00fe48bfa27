using Rlaif.Recipes;

namespace Rlaif.Feedback.Prompts;

/// <summary>How many prompts each part takes.</summary>
internal sealed class PromptQuotas
{
    private readonly Recipe recipe;
    private readonly string file;

    public PromptQuotas(Recipe recipe, PromptPool train)
    {
        this.recipe = recipe;
        file = Path.GetFileName(recipe.Prompts.Train);
        if (recipe.Prompts.Balance && train.Left.Find(prompt => prompt.Prompt.Tag is null) is { } bare)
        {
            throw new InputException(
                $"Prompt {bare.Prompt.Id} of {file} has no tag, and prompts.balance draws by tag; give it one or set prompts.balance to false.");
        }

        if (recipe.Prompts.Boost.Keys.FirstOrDefault(tag => !train.Tags.Contains(tag, StringComparer.Ordinal)) is { } unknown)
        {
            throw new InputException($"prompts.boost names {unknown}, which is no tag in {file}; its tags are {string.Join(", ", train.Tags)}.");
        }
    }

    /// <summary>The held-out prompts. Of a pool that is shared with training, each gets its part of what both ask for.</summary>
    public IReadOnlyList<LoadedPrompt> Evaluation(PromptPool pool, bool shared)
    {
        var wanted = recipe.Evaluation.Prompts;
        int Count(string? tag) => shared ? Share(pool.Count(tag), wanted, recipe.Rounds * PerRound(tag)) : wanted;
        if (recipe.Prompts.Balance && pool.TakeByTag(Count) is { Count: > 0 } byTag)
        {
            return byTag;
        }

        var needed = wanted + (shared ? recipe.Rounds * recipe.Prompts.PerRound : 0);
        return pool.Left.Count >= needed ? pool.TakeAny(wanted) : throw TooFew(
            shared ? file : Path.GetFileName(recipe.Prompts.Evaluation!),
            pool,
            shared ? $"evaluation.prompts ({wanted}) and {Asked}" : $"evaluation.prompts ({wanted})");
    }

    /// <summary>The prompts of each round.</summary>
    public IReadOnlyList<IReadOnlyList<LoadedPrompt>> Train(PromptPool pool)
    {
        if (!recipe.Prompts.Balance)
        {
            return pool.Left.Count < recipe.Rounds * recipe.Prompts.PerRound ? throw TooFew(file, pool, Asked)
                : [.. Enumerable.Range(0, recipe.Rounds).Select(_ => pool.TakeAny(recipe.Prompts.PerRound))];
        }

        var count = pool.Tags.ToDictionary(tag => tag!, tag => Math.Min(PerRound(tag), pool.Count(tag) / recipe.Rounds), StringComparer.Ordinal);
        return count.Values.All(perRound => perRound == 0) ? throw TooFew(file, pool, Asked)
            : [.. Enumerable.Range(0, recipe.Rounds).Select(_ => pool.TakeByTag(tag => count[tag!]))];
    }

    private string Asked => $"rounds ({recipe.Rounds}) times prompts.perRound ({recipe.Prompts.PerRound})";

    private static InputException TooFew(string file, PromptPool pool, string asked) => new(
        $"{file} has {pool.Left.Count} prompts left that are short enough, and {asked} ask for more; "
        + "lower them, raise prompts.maxTokens or add prompts.");

    // 20 · 1.5 is 30 and 10 · 1.1 is 11, whatever binary fractions make of it.
    private int PerRound(string? tag) => (int)(recipe.Prompts.PerRound * recipe.Prompts.Boost.GetValueOrDefault(tag ?? "", 1) + 1e-9);

    private static int Share(int available, int evaluation, int training) =>
        available >= evaluation + training ? evaluation : (int)((long)available * evaluation / (evaluation + training));
}
