using System.Globalization;
using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>Reads names, literals and symbols inside a tag.</summary>
internal sealed class TagLexer(string source, int begin, int beginLine, List<Token> tokens)
{
    private const int MaxDigits = 400;
    private static readonly string[] Symbols =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly Stack<char> open = new();
    private int at = begin;
    private int line = beginLine;

    public int At => at;

    /// <summary>Reads one token; false when the end of the tag or of the template is reached. Inside brackets nothing is the end of a tag.</summary>
    public bool ReadToken(string close)
    {
        while (at < source.Length && PythonText.IsSpace(source[at]))
        {
            line += source[at++] == '\n' ? 1 : 0;
        }

        if (at == source.Length || (open.Count == 0 && Closes(close)))
        {
            return false;
        }

        var from = at;
        switch (source[at])
        {
            case '\'' or '"':
                ReadText();
                break;
            case >= '0' and <= '9':
                ReadNumber();
                break;
            case var letter when char.IsLetter(letter) || letter == '_':
                at = Past(c => char.IsLetterOrDigit(c) || c == '_');
                tokens.Add(new(TokenKind.Name, source[from..at], line));
                break;
            default:
                ReadSymbol();
                break;
        }

        return true;
    }

    private bool Closes(string close) =>
        Is(close, at) || (Is(close, at + 1) && (source[at] == '-' || (source[at] == '+' && close == "%}")));

    private void ReadSymbol()
    {
        var symbol = Array.Find(Symbols, s => Is(s, at)) ?? throw Wrong($"unexpected char '{source[at]}' at {at}");
        switch (symbol)
        {
            case "(" or "[" or "{":
                open.Push(symbol[0]);
                break;
            case ")" or "]" or "}" when !open.TryPop(out var opened) || symbol[0] - opened is not (1 or 2):
                throw Wrong($"unexpected '{symbol}'");
        }

        at += symbol.Length;
        tokens.Add(new(TokenKind.Symbol, symbol, line));
    }

    private void ReadText()
    {
        var (from, quote) = (at + 1, source[at]);
        for (at++; at < source.Length && source[at] != quote; at++)
        {
            at += source[at] == '\\' ? 1 : 0;
        }

        if (at >= source.Length)
        {
            throw Wrong($"unexpected char '{quote}' at {from - 1}");
        }

        var written = source[from..at++];
        tokens.Add(new(TokenKind.Literal, written, line, TextLiteral.Value(written) ?? throw Wrong($"the text '{written}' has a broken escape")));
        line += written.AsSpan().Count('\n');
    }

    private void ReadNumber()
    {
        var from = at;
        if (source[at] == '0' && at + 1 < source.Length && char.ToLowerInvariant(source[at + 1]) is 'x' or 'o' or 'b')
        {
            var radix = char.ToLowerInvariant(source[at + 1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
            at += 2;
            at = Past(c => char.IsAsciiHexDigit(c) || c == '_');
            var digits = source[(from + 2)..at].Replace("_", "", StringComparison.Ordinal);
            CheckLength(digits.Length);
            AddNumber(from, digits.Aggregate(BigInteger.Zero, (number, digit) => (number * radix) + Digit(digit, radix)));
            return;
        }

        at = PastDigits();
        var isWhole = true;
        // x.0.1 is the item 1 of the item 0 of x.
        if (from == 0 || source[from - 1] != '.')
        {
            if (at + 1 < source.Length && source[at] == '.' && char.IsAsciiDigit(source[at + 1]))
            {
                at++;
                (at, isWhole) = (PastDigits(), false);
            }

            var exponent = at + 1 < source.Length && source[at] is 'e' or 'E' ? at + (source[at + 1] is '+' or '-' ? 2 : 1) : source.Length;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                at = exponent;
                (at, isWhole) = (PastDigits(), false);
            }
        }

        var written = source[from..at].Replace("_", "", StringComparison.Ordinal);
        AddNumber(from, isWhole ? BigInteger.Parse(written, CultureInfo.InvariantCulture) : double.Parse(written, CultureInfo.InvariantCulture));
    }

    private int Digit(char digit, int radix) =>
        Convert.ToInt32(digit.ToString(), 16) is var value && value < radix ? value : throw Wrong($"'{digit}' is no digit to the base {radix}");

    private void AddNumber(int from, object value) => tokens.Add(new(TokenKind.Literal, source[from..at], line, value));

    private int PastDigits()
    {
        var end = Past(c => char.IsAsciiDigit(c) || c == '_');
        CheckLength(end - at);
        return end;
    }

    private void CheckLength(int digits)
    {
        if (digits > MaxDigits)
        {
            throw Wrong($"a number has more than {MaxDigits} digits");
        }
    }

    private int Past(Func<char, bool> belongs)
    {
        var end = at;
        while (end < source.Length && belongs(source[end]))
        {
            end++;
        }

        return end;
    }

    private bool Is(string text, int index) => string.CompareOrdinal(source, index, text, 0, text.Length) == 0;

    private JinjaError Wrong(string message) => new(message) { Line = line };
}
