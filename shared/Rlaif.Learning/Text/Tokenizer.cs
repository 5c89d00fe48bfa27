using System.Text;
using System.Text.RegularExpressions;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>A byte-level BPE tokenizer: text to token ids and back, every id equal to the <c>tokenizers</c> library's. Safe on several
/// threads at once.</summary>
/// <remarks>Untrusted text goes through <see cref="Encode"/>, which never gives a special token. No token is added at either end: the
/// chat template writes them.</remarks>
public sealed class Tokenizer
{
    internal const string FileName = "tokenizer.json";
    private const int MaxId = 1 << 24;      // far above any vocabulary; a larger one would only fill memory

    private readonly string origin;
    private readonly byte[] json;
    private readonly bool composes;
    private readonly PreTokenizer preTokenizer;
    private readonly BpeMerges merges;
    private readonly AddedTokenSearch exact;
    private readonly AddedTokenSearch normalized;
    private readonly Dictionary<string, AddedToken> added = new(StringComparer.Ordinal);
    private readonly HashSet<int> specialIds;
    private readonly byte[]?[] tokenBytes;

    internal Tokenizer(TokenizerFile file, byte[] json, string origin)
    {
        this.origin = origin;
        this.json = json;
        var steps = new TokenizerSteps(file, origin);
        composes = steps.Composes();
        preTokenizer = steps.ToPreTokenizer();
        var model = steps.ToModel();
        var tokens = steps.AddedTokens();
        specialIds = [.. tokens.Where(t => t.Special).Select(t => t.Id)];
        tokenBytes = BytesById(model.Vocab!, tokens);
        merges = new(model, specialIds, origin);
        foreach (var token in tokens)
        {
            added[token.Content] = token;
        }

        SpecialTexts = [.. tokens.Where(t => t.Special).Select(t => t.Content)];
        exact = new(added.Values.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        normalized = new(added.Values.Where(t => t.Normalized).Select(t => (Normalize(t.Content), t)));
    }

    /// <summary>Number of ids, added tokens included: one more than the largest.</summary>
    public int Size => tokenBytes.Length;

    /// <summary>Texts of the special tokens, in the file's order.</summary>
    public IReadOnlyList<string> SpecialTexts { get; }

    /// <summary>Reads the tokenizer of a model.</summary>
    /// <param name="model">A Hugging Face folder with tokenizer.json, or a GGUF file.</param>
    /// <exception cref="InputException">None is there, it is malformed, or it is not a byte-level BPE.</exception>
    public static Tokenizer Read(string model)
    {
        if (GgufFile.Names(model))
        {
            return Of(GgufFile.Open(model));
        }

        var path = Path.Combine(model, FileName);
        if (!File.Exists(path))
        {
            throw new InputException($"{path} is missing; name a model folder that holds one, or a GGUF file.");
        }

        var bytes = File.ReadAllBytes(path);
        return new(TokenizerFile.Parse(bytes, path), bytes, path);
    }

    /// <summary>Whether every id stands for the same text in both: models whose tokenizers do so can read each other's responses.</summary>
    public bool Matches(Tokenizer other) => specialIds.SetEquals(other.specialIds) && tokenBytes.Length == other.tokenBytes.Length
        && tokenBytes.Zip(other.tokenBytes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <summary>Id of an added or special token by its exact text.</summary>
    public int? IdOf(string token) => added.TryGetValue(token, out var found) ? found.Id : null;

    /// <summary>Ids of untrusted text: what spells a special token is ordinary text. Added tokens that are not special are found.</summary>
    public int[] Encode(string text) => Encode(text, specials: false, '\0');

    /// <summary>Ids of trusted text, special tokens in it included.</summary>
    /// <param name="text">For example a rendered chat template.</param>
    /// <param name="shield">A character that keeps the text it stands in from being an added token and is then removed; NUL: none.</param>
    public int[] EncodeTemplate(string text, char shield = '\0') => Encode(text, specials: true, shield);

    /// <summary>Text of ids; invalid UTF-8 becomes U+FFFD, an id without a token nothing.</summary>
    /// <param name="ids">Of prompt or response.</param>
    /// <param name="skipSpecials">Special tokens have no text; false: they have their own.</param>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecials = true)
    {
        using var text = new MemoryStream(ids.Count * 4);
        foreach (var id in ids)
        {
            text.Write(BytesOf(id, skipSpecials));
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Writes tokenizer.json into a folder that exists: the bytes it was read from, or for one from a GGUF file or from
    /// training the bytes that read back as this tokenizer.</summary>
    public void Write(string folder) => DurableFile.Write(Path.Combine(folder, FileName), file => file.Write(json));

    internal static Tokenizer Of(GgufFile model)
    {
        var converted = TokenizerGguf.Read(model.Metadata, model.Path);
        return new(converted, converted.ToJson(), model.Path);
    }

    internal ReadOnlySpan<byte> BytesOf(int id, bool skipSpecials) =>
        (uint)id >= (uint)tokenBytes.Length || (skipSpecials && specialIds.Contains(id)) ? [] : tokenBytes[id];

    private byte[]?[] BytesById(OrderedDictionary<string, int> vocabulary, IReadOnlyList<AddedToken> tokens)
    {
        var ids = vocabulary.Values.Concat(tokens.Select(t => t.Id)).ToArray();
        if (ids is [])
        {
            throw new InputException($"{origin} cannot be used: it has no token; fetch or convert it again.");
        }

        if (Array.Exists(ids, id => id is < 0 or >= MaxId))
        {
            throw new InputException($"{origin} cannot be used: it has token ids from {ids.Min()} to {ids.Max()}; fetch or convert it again.");
        }

        var all = new byte[]?[ids.Max() + 1];
        foreach (var (token, id) in vocabulary)
        {
            all[id] = all[id] is null ? ByteAlphabet.BytesOf(token)
                : throw new InputException($"{origin} cannot be used: its token id {id} is there twice; fetch or convert it again.");
        }

        // Their texts are text, whatever their characters mean in the byte alphabet.
        foreach (var token in tokens)
        {
            all[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        }

        return all;
    }

    private int[] Encode(string text, bool specials, char shield)
    {
        var ids = new List<int>(text.Length / 3);
        try
        {
            var stretches = exact.Split(text, specials).SelectMany(s => s.Token is null ? normalized.Split(Normalize(s.Text), specials) : [s]);
            foreach (var stretch in stretches)
            {
                if (stretch.Token is { } token)
                {
                    ids.Add(token.Id);
                }
                else
                {
                    preTokenizer.Each(Unshield(stretch.Text, shield), word => merges.Encode(word, ids));
                }
            }
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new InputException($"{origin} cannot be used: its pre-tokenizer's pattern {error.Pattern} backtracks without end.", error);
        }

        return [.. ids];
    }

    private string Normalize(string text) => composes ? CanonicalComposition.Of(text) : text;

    private string Unshield(string text, char shield) => shield != '\0' && text.Contains(shield, StringComparison.Ordinal)
        ? Normalize(text.Replace(shield.ToString(), "", StringComparison.Ordinal)) : text;
}
