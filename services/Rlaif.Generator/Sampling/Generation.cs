using Rlaif.Contracts;
using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;
using Rlaif.Storage;

namespace Rlaif.Generator.Sampling;

/// <summary>One response with what it was sampled from.</summary>
internal sealed record Generated(int[] Prompt, int[] Tokens, float[] LogProbs, string Text, bool Ended);

/// <summary>A critique, and the draft written again after it.</summary>
internal sealed record Revised(string Critique, Generated Revision);

/// <summary>Commands become samples. Runs on the torch thread; row r of a batch draws from stream (seed, r).</summary>
internal static class Generation
{
    /// <returns>By prompt, then by sample.</returns>
    public static IReadOnlyList<Generated> Of(GenerateResponses command, LanguageModel model, ChatFormat chat, CancellationToken cancel) =>
        Sample(model, chat, [.. command.Prompts.SelectMany(prompt => Enumerable.Repeat(chat.Prompt(Messages(prompt.Turns)), command.Samples))],
            command.Sampling, command.Seed, cancel);

    /// <returns>By draft.</returns>
    public static IReadOnlyList<Revised> Of(ReviseResponses command, LanguageModel model, ChatFormat chat, CancellationToken cancel)
    {
        var drafts = command.Drafts.Select(draft => (IReadOnlyList<ChatMessage>)
            [.. Messages(draft.Prompt.Turns), new("assistant", draft.Text), new("user", draft.CritiqueRequest)]).ToList();
        var critiques = Sample(model, chat, [.. drafts.Select(chat.Prompt)], command.Critique, command.Seed, cancel);
        var requests = drafts.Select((draft, i) => chat.Prompt(
            [.. draft, new("assistant", critiques[i].Text), new("user", command.Drafts[i].RevisionRequest)]));
        var revisions = Sample(model, chat, [.. requests], command.Revision, command.Seed + 1, cancel);
        return [.. critiques.Zip(revisions, (critique, revision) => new Revised(critique.Text, revision))];
    }

    public static IReadOnlyList<ChatMessage> Messages(IEnumerable<Turn> turns) => [.. turns.Select(turn => new ChatMessage(turn.Role, turn.Content))];

    // PostgreSQL's text holds any character but this one, and both databases have to hold the same.

    private static IReadOnlyList<Generated> Sample(
        LanguageModel model, ChatFormat chat, IReadOnlyList<int[]> prompts, Contracts.Sampling sampling, ulong seed, CancellationToken cancel)
    {
        var rows = prompts.Select((prompt, row) =>
            new SamplingRequest(prompt, sampling.Temperature, sampling.TopP, sampling.MaxNewTokens, seed, (ulong)row, chat.EndIds));
        return
        [
            .. Sampler.Sample(model, [.. rows], cancel: cancel).Select((response, row) =>
            {
                int[] tokens = [.. response.Tokens.Select(token => token.Id)];
                return new Generated(prompts[row], tokens, [.. response.Tokens.Select(token => token.LogProb)], StoredText.Of(chat.Text(tokens)), response.Ended);
            }),
        ];
    }
}
