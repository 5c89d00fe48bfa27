using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>Reads a tokenizer.json's normalizer, pre-tokenizer, decoder and model as those of a byte-level tokenizer, and refuses by name
/// what is none. A part that is passed over would give ids on which the model was never trained.</summary>
internal sealed class TokenizerSteps(TokenizerFile file, string origin)
{
    /// <summary>Whether text is brought to Unicode's normalization form C first.</summary>
    public bool Composes() => Composes(file.Normalizer);

    /// <summary>The pre-tokenizer, which ends in the byte alphabet.</summary>
    public PreTokenizer ToPreTokenizer()
    {
        var steps = Flatten(file.PreTokenizer).ToArray();
        if (steps is not [.. var before, { Type: "ByteLevel" } last])
        {
            var other = Array.Find(steps, s => s.Type is not ("Split" or "Digits" or "ByteLevel"));
            throw Unsupported("pre-tokenizer", other is null ? "one that does not end in ByteLevel" : other.Type);
        }

        if (last.AddPrefixSpace is true && before.Length > 0)
        {
            throw Unsupported("pre-tokenizer", "a ByteLevel with add_prefix_space after other steps");
        }

        var cuts = before.Select(ToCut).Concat(last.UseRegex is false ? [] : [PreTokenizer.Gpt2]);
        return new([.. cuts], last.AddPrefixSpace is true);
    }

    /// <summary>The model, its vocabulary and merges there.</summary>
    public TokenizerModel ToModel()
    {
        CheckDecoder();
        return file.Model switch
        {
            null => throw Missing("model"),
            { Type: not (null or "BPE") } other => throw Unsupported("model", other.Type),
            { ByteFallback: true } => throw Unsupported("model", "a BPE with byte_fallback"),
            { ContinuingSubwordPrefix.Length: > 0 } or { EndOfWordSuffix.Length: > 0 } =>
                throw Unsupported("model", "a BPE with subword prefixes or suffixes"),
            { Dropout: not (null or 0) } => throw Unsupported("model", "a BPE with dropout"),
            { Vocab: null } => throw Missing("model.vocab"),
            { Merges: null } => throw Missing("model.merges"),
            var model => model,
        };
    }

    /// <summary>The added tokens, each with a text.</summary>
    public IReadOnlyList<AddedToken> AddedTokens()
    {
        var tokens = file.AddedTokens ?? [];
        return tokens.All(t => t is { Content.Length: > 0 }) ? tokens
            : throw new InputException($"{origin} cannot be used: it has an added token without a text; fetch or convert it again.");
    }

    private static IEnumerable<TokenizerStep> Flatten(TokenizerStep? step) => step switch
    {
        null => [],
        { Type: "Sequence", Pretokenizers: { } inner } => inner.SelectMany(Flatten),
        _ => [step],
    };

    private bool Composes(TokenizerStep? normalizer) => normalizer switch
    {
        null => false,
        { Type: "NFC" } => true,
        { Type: "Sequence", Normalizers: { } inner } => inner.Aggregate(false, (composes, step) => Composes(step) || composes),
        _ => throw Unsupported("normalizer", normalizer.Type),
    };

    private void CheckDecoder()
    {
        if (file.Decoder is not { Type: "ByteLevel" })
        {
            throw Unsupported("decoder", file.Decoder?.Type ?? "missing");
        }
    }

    private Cut ToCut(TokenizerStep step) => step switch
    {
        { Type: "Digits" } => step.IndividualDigits is true ? PreTokenizer.Digit : PreTokenizer.Digits,
        { Type: "Split", Pattern.Regex: { } regex, Behavior: "Isolated", Invert: not true } => PreTokenizer.Split(regex, matchesOnly: false, origin),
        { Type: "Split", Pattern.Regex: { } regex, Behavior: "Removed", Invert: true } => PreTokenizer.Split(regex, matchesOnly: true, origin),
        { Type: "Split" } => throw Unsupported("pre-tokenizer", $"a Split with the behaviour {step.Behavior}"),
        _ => throw Unsupported("pre-tokenizer", step.Type),
    };

    private InputException Missing(string part) => new($"{origin} has no {part}; fetch or convert it again.");

    private InputException Unsupported(string part, string? found) => new($"{origin} cannot be used: its {part} is {found ?? "without a type"}, " +
        "and only byte-level BPE tokenizers (GPT-2, Llama 3, Qwen, SmolLM) are supported.");
}
