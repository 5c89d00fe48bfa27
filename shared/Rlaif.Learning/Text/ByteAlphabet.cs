using System.Text;

namespace Rlaif.Learning.Text;

/// <summary>The visible characters that byte-level tokenizers write bytes as (GPT-2's <c>bytes_to_unicode</c>): printable Latin-1 stands
/// for itself, the other 68 bytes are U+0100 onwards in their order.</summary>
internal static class ByteAlphabet
{
    private const int Bytes = 256;
    private static readonly char[] Symbols = MakeSymbols();
    private static readonly short[] Values = MakeValues();

    /// <summary>All 256 symbols by code point: the order in which trained vocabularies begin.</summary>
    public static IReadOnlyList<char> Ordered { get; } = [.. Symbols.Order()];

    public static char Symbol(byte value) => Symbols[value];

    /// <summary>Bytes as a vocabulary writes them.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var spelled = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            spelled.Append(Symbols[value]);
        }

        return spelled.ToString();
    }

    /// <summary>The bytes of a token of the vocabulary. One that holds a character outside the alphabet (<c>&lt;｜User｜&gt;</c>) is
    /// its own text in UTF-8, as in the reference implementation.</summary>
    public static byte[] BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            var value = token[i] < Values.Length ? Values[token[i]] : (short)-1;
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(token);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] MakeSymbols()
    {
        var symbols = new char[Bytes];
        var next = (char)Bytes;
        for (var value = 0; value < Bytes; value++)
        {
            symbols[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xFF and not 0xAD) ? (char)value : next++;
        }

        return symbols;
    }

    private static short[] MakeValues()
    {
        var values = new short[Symbols.Max() + 1];
        Array.Fill(values, (short)-1);
        for (short value = 0; value < Bytes; value++)
        {
            values[Symbols[value]] = value;
        }

        return values;
    }
}
