using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Prompts;
using Rlaif.Learning.Text;
using Rlaif.Recipes;

namespace Rlaif.Cli.Running;

/// <summary>Whether prompts, and all that a run writes behind them, have room in the policy's positions. Without it the sampler cuts answers
/// short, which looks like a policy that does not come to an end.</summary>
internal sealed class PromptRoom(Recipe recipe, Constitution constitution, ChatFormat chat, int positions)
{
    // Stands for a text whose tokens are counted apart; some templates refuse an empty turn.
    private const string Something = "x";

    /// <exception cref="InputException">The chat template refuses it.</exception>
    public bool Fits(Prompt prompt) => Length(prompt) <= recipe.Prompts.MaxTokens;

    /// <exception cref="InputException">A prompt that was drawn leaves too little room.</exception>
    public void Check(PromptSplits splits)
    {
        var train = splits.Train.SelectMany(round => round).ToList();
        var longest = Longest([.. splits.Evaluation, .. splits.Demo, .. train]);
        if (longest is not null && Length(longest) + recipe.Sampling.MaxNewTokens is var answered && answered > positions)
        {
            throw TooLong(longest, $"and sampling.maxNewTokens {recipe.Sampling.MaxNewTokens} are", answered, "sampling.maxNewTokens");
        }

        if (recipe.Revision.Enabled && Longest(train) is { } revised
            && Requests().Max(request => Revised(revised, request)) is var whole && whole > positions)
        {
            throw TooLong(
                revised,
                $"its draft and its revision (sampling.maxNewTokens {recipe.Sampling.MaxNewTokens} each), the critique (revision.critiqueTokens " +
                $"{recipe.Revision.CritiqueTokens}) and the constitution's requests are",
                whole,
                "sampling.maxNewTokens, revision.critiqueTokens, or set revision.enabled to false");
        }
    }

    private IEnumerable<(string Critique, string Revision)> Requests() => recipe.Revision.Principle == "generic"
        ? [(constitution.CritiqueRequest, constitution.RevisionRequest)]
        : constitution.Principles.Select(principle => (principle.CritiqueRequest, principle.RevisionRequest));

    private Prompt? Longest(IEnumerable<LoadedPrompt> prompts) => prompts.Select(loaded => loaded.Prompt).MaxBy(prompt => Length(prompt));

    private int Revised(Prompt prompt, (string Critique, string Revision) request) =>
        Length(prompt, new("assistant", Something), new("user", request.Critique), new("assistant", Something), new("user", request.Revision))
        + (2 * recipe.Sampling.MaxNewTokens) + recipe.Revision.CritiqueTokens;

    private int Length(Prompt prompt, params ChatMessage[] more)
    {
        try
        {
            return chat.Prompt([.. prompt.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content)), .. more]).Length;
        }
        catch (InputException refused)
        {
            throw new InputException($"Prompt {prompt.Id} cannot be asked: {refused.Message}", refused);
        }
    }

    private InputException TooLong(Prompt prompt, string behind, int needed, string change) => new(
        $"Prompt {prompt.Id} has {Length(prompt)} tokens; with it {behind} {needed} tokens, and the policy has {positions} positions; " +
        $"lower prompts.maxTokens (now {recipe.Prompts.MaxTokens}), {change}. Nothing was started.");
}
