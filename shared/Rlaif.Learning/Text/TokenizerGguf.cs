using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>The tokenizer in a GGUF file's metadata, as the tokenizer.json it was converted from.</summary>
internal static class TokenizerGguf
{
    private const long Control = 3;
    private const long UserDefined = 4;

    private static readonly TokenizerStep Bytes = TokenizerStep.ByteLevel(prefixSpace: false, useRegex: false);
    private static readonly TokenizerStep Gpt2 = TokenizerStep.ByteLevel(prefixSpace: false, useRegex: true);

    /// <summary>What <c>tokenizer.ggml.pre</c> stands for: llama.cpp names the family, the family's tokenizer.json has the patterns.</summary>
    private static readonly (string Name, TokenizerStep Step, bool Composes, bool IgnoreMerges)[] PreTokenizers =
    [
        ("gpt-2", Gpt2, false, false),
        ("smollm", TokenizerStep.Sequence(new() { Type = "Digits", IndividualDigits = true }, Gpt2), false, false),
        ("llama-bpe", TokenizerStep.Sequence(TokenizerStep.Split(
            @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), Bytes),
            false, true),
        ("qwen2", TokenizerStep.Sequence(TokenizerStep.Split(
            @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), Bytes),
            true, false),
    ];

    /// <exception cref="InputException">The tokenizer is of another kind, or a part of it is missing.</exception>
    public static TokenizerFile Read(GgufMetadata metadata, string path)
    {
        var kind = metadata.Text("tokenizer.ggml.model");
        var pre = metadata.Text("tokenizer.ggml.pre");
        var known = Array.Find(PreTokenizers, p => p.Name == pre);
        if (kind != "gpt2" || known.Name is null)
        {
            var supported = string.Join(", ", PreTokenizers.Select(p => p.Name));
            throw new InputException($"{path} has a tokenizer of the kind {kind}, {pre}; supported are gpt2 with {supported}.");
        }

        var tokens = metadata.Texts("tokenizer.ggml.tokens");
        var types = metadata.Integers("tokenizer.ggml.token_type");
        if (types.Length != tokens.Length)
        {
            throw new InputException($"{path} has {tokens.Length} tokens and {types.Length} token types; fetch or convert it again.");
        }

        return new()
        {
            AddedTokens = [.. Enumerable.Range(0, tokens.Length).Where(id => types[id] is Control or UserDefined)
                .Select(id => new AddedToken(id, tokens[id], false, false, false, false, Special: types[id] == Control))],
            Normalizer = known.Composes ? new() { Type = "NFC" } : null,
            PreTokenizer = known.Step,
            Decoder = Gpt2,
            Model = new() { IgnoreMerges = known.IgnoreMerges, Vocab = Vocabulary(tokens, path), Merges = Merges(metadata, path) },
        };
    }

    private static OrderedDictionary<string, int> Vocabulary(string[] tokens, string path)
    {
        var vocabulary = new OrderedDictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Length; id++)
        {
            if (!vocabulary.TryAdd(tokens[id], id))
            {
                throw new InputException($"{path} has the token {tokens[id]} twice; fetch or convert it again.");
            }
        }

        return vocabulary;
    }

    private static IReadOnlyList<Merge> Merges(GgufMetadata metadata, string path) =>
        [.. metadata.Texts("tokenizer.ggml.merges").Select(text =>
            Merge.Parse(text) ?? throw new InputException($"{path} has a merge that is not two tokens ({text}); fetch or convert it again."))];
}
