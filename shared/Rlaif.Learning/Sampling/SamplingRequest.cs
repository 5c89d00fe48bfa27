using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Learning.Sampling;

/// <summary>One response that is asked for. Requests of one batch may differ in everything.</summary>
/// <param name="Prompt">Token ids, at least one, fewer than the model's positions.</param>
/// <param name="Temperature">Logits are divided by it; 0 takes the likeliest token (the lowest id among equals).</param>
/// <param name="TopP">Draws from the smallest set of likeliest tokens whose probability, at that temperature, reaches this; 1 cuts nothing
/// (Holtzman et al. 2020, nucleus sampling).</param>
/// <param name="MaxNewTokens">Longest response in tokens; a response also stops where the model's positions end.</param>
/// <param name="Seed">With <paramref name="Stream"/>, which random numbers are used: one for each token.</param>
/// <param name="Stream">Number of the stream under that seed.</param>
/// <param name="EndIds">Tokens that end a response.</param>
/// <param name="TopLogProbs">How many of the likeliest tokens to record at each place; 0 for none.</param>
public sealed record SamplingRequest(
    int[] Prompt, double Temperature, double TopP, int MaxNewTokens, ulong Seed, ulong Stream, IReadOnlyList<int> EndIds, int TopLogProbs = 0)
{
    /// <exception cref="InputException">The request cannot be served by a model of that shape.</exception>
    internal void Check(ModelConfig config)
    {
        if (Prompt.Length == 0)
        {
            throw new InputException("A response to a prompt of no tokens was asked for; a prompt needs at least one.");
        }

        if (Prompt.Length >= config.MaxPositions)
        {
            throw new InputException(
                $"A prompt of {Prompt.Length} tokens leaves no room for a response in a model that has {config.MaxPositions} positions; shorten it.");
        }

        if (Array.FindIndex(Prompt, id => id < 0 || id >= config.Vocabulary) is var at and >= 0)
        {
            throw new InputException(
                $"A prompt has token {Prompt[at]} at place {at}, the model knows 0 to {config.Vocabulary - 1}; use the model's own tokenizer.");
        }

        if (!double.IsFinite(Temperature) || Temperature < 0 || !(TopP is > 0 and <= 1) || MaxNewTokens < 1 || TopLogProbs < 0)
        {
            throw new InputException(FormattableString.Invariant(
                $"Sampling was asked for with temperature {Temperature}, top_p {TopP}, {MaxNewTokens} new tokens, {TopLogProbs} log-probabilities; ")
                + "use a temperature from 0, top_p above 0 to 1, at least 1 token and no negative number.");
        }
    }
}
