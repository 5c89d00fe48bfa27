using System.Text;

namespace Rlaif.Learning.Text;

/// <summary>Text of a response while its tokens come: characters appear when their last byte is there. The pieces add up to
/// <see cref="Tokenizer.Decode"/> of the same ids. For one response and one thread.</summary>
/// <param name="tokenizer">Gives the bytes of each id.</param>
/// <param name="skipSpecials">Special tokens have no text, as by default in <see cref="Tokenizer.Decode"/>.</param>
public sealed class TokenStream(Tokenizer tokenizer, bool skipSpecials = true)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <summary>What can be shown after this token; empty while a character is incomplete.</summary>
    public string Add(int id) => Text(tokenizer.BytesOf(id, skipSpecials), flush: false);

    /// <summary>What remains at the end: U+FFFD for an incomplete character, otherwise nothing. The stream is as new then.</summary>
    public string Flush() => Text([], flush: true);

    private string Text(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> text = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        return new(text[..decoder.GetChars(bytes, text, flush)]);
    }
}
