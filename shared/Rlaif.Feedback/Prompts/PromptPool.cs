using Rlaif.Contracts;
using Rlaif.Feedback.Statistics;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Prompts;

/// <summary>Every dialogue of a run once.</summary>
internal sealed class Dialogues(int seed, Func<Prompt, bool> fits)
{
    private readonly Dictionary<string, string> byId = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>Those that fit and that no earlier pool holds, shuffled.</summary>
    public PromptPool Pool(string part, IReadOnlyList<LoadedPrompt> prompts)
    {
        var fresh = prompts.Where(prompt => fits(prompt.Prompt) && IsNew(prompt.Prompt)).ToList();
        return new(fresh, new SplitMix(RlaifId.Seed(RlaifId.Of("prompts", seed, part))));
    }

    private bool IsNew(Prompt prompt)
    {
        var dialogue = string.Concat(prompt.Turns.Select(turn => $"{turn.Role}\0{turn.Content}\0"));
        if (!byId.TryAdd(prompt.Id, dialogue) && byId[prompt.Id] != dialogue)
        {
            throw new InputException($"Prompt id {prompt.Id} names two dialogues in the recipe's prompt files; give each prompt an id of its own.");
        }

        return seen.Add(dialogue);
    }
}

/// <summary>Shuffled prompts of which parts are taken; what is taken is not there any more.</summary>
internal sealed class PromptPool
{
    private readonly SplitMix random;

    public PromptPool(List<LoadedPrompt> prompts, SplitMix random)
    {
        this.random = random;
        Left = prompts;
        Shuffle(Left);
    }

    public List<LoadedPrompt> Left { get; private set; }

    /// <summary>Tags of what is left, in ordinal order.</summary>
    public IReadOnlyList<string?> Tags => [.. Left.Select(prompt => prompt.Prompt.Tag).Distinct().Order(StringComparer.Ordinal)];

    public int Count(string? tag) => Left.Count(prompt => prompt.Prompt.Tag == tag);

    /// <summary>The first of each tag, then the second of each, and so on.</summary>
    public IReadOnlyList<LoadedPrompt> TakeSpread(int count) =>
        Take(Left.GroupBy(prompt => prompt.Prompt.Tag).SelectMany(tag => tag.Index())
            .OrderBy(ranked => ranked.Index).Select(ranked => ranked.Item).Take(count));

    public IReadOnlyList<LoadedPrompt> TakeAny(int count) => Take(Left.Take(count));

    /// <summary>So many of each tag, mixed.</summary>
    public IReadOnlyList<LoadedPrompt> TakeByTag(Func<string?, int> count)
    {
        var taken = Take(Tags.SelectMany(tag => Left.Where(prompt => prompt.Prompt.Tag == tag).Take(count(tag))));
        Shuffle(taken);
        return taken;
    }

    private List<LoadedPrompt> Take(IEnumerable<LoadedPrompt> chosen)
    {
        var taken = chosen.ToList();
        var gone = taken.Select(prompt => prompt.Prompt.Id).ToHashSet(StringComparer.Ordinal);
        Left = [.. Left.Where(prompt => !gone.Contains(prompt.Prompt.Id))];
        return taken;
    }

    // Fisher and Yates.
    private void Shuffle(List<LoadedPrompt> prompts)
    {
        for (var i = prompts.Count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (prompts[i], prompts[j]) = (prompts[j], prompts[i]);
        }
    }
}
