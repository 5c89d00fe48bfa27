using System.Text;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;

namespace Rlaif.Generator.Endpoint;

/// <summary>One choice of a completion while its tokens come: its text up to the first stop sequence, which may span tokens.</summary>
internal sealed class Choice(int index, Tokenizer tokenizer, IReadOnlyList<string> stops, Action<Piece>? onPiece = null)
{
    private readonly TokenStream stream = new(tokenizer);
    private readonly StringBuilder text = new();
    private readonly List<SampledToken> tokens = [];
    private int shown;

    public int Index => index;

    public IReadOnlyList<SampledToken> Tokens => tokens;

    /// <summary>A stop sequence ended it.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Text that can no longer turn out to be part of a stop sequence; at the end all of it.</summary>
    public string Text => text.ToString();

    /// <summary>Takes the next token. False: a stop sequence is complete.</summary>
    public bool Add(SampledToken token)
    {
        tokens.Add(token);
        Append(stream.Add(token.Id));
        Show(Stopped ? text.Length : text.Length - Pending(), token);
        return !Stopped;
    }

    /// <summary>Nothing more comes.</summary>
    public void End()
    {
        if (!Stopped)
        {
            Append(stream.Flush());
        }

        Show(text.Length, token: null);
    }

    private void Append(string piece)
    {
        var from = text.Length;
        text.Append(piece);
        if (piece.Length == 0 || stops.Count == 0)
        {
            return;
        }

        // A sequence that is complete now begins at most its length before the new piece.
        var first = Math.Max(0, from - stops.Max(stop => stop.Length) + 1);
        var tail = text.ToString(first, text.Length - first);
        var at = stops.Select(stop => tail.IndexOf(stop, StringComparison.Ordinal)).Where(found => found >= 0).DefaultIfEmpty(-1).Min();
        if (at >= 0)
        {
            text.Length = first + at;
            Stopped = true;
        }
    }

    /// <summary>Characters at the end that may be the beginning of a stop sequence.</summary>
    private int Pending()
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            var tail = text.ToString(Math.Max(0, text.Length - stop.Length + 1), Math.Min(text.Length, stop.Length - 1));
            for (var length = tail.Length; length > longest; length--)
            {
                longest = stop.AsSpan().StartsWith(tail.AsSpan(tail.Length - length)) ? length : longest;
            }
        }

        return longest;
    }

    private void Show(int upTo, SampledToken? token)
    {
        if (onPiece is not null)
        {
            onPiece(new(index, upTo > shown ? text.ToString(shown, upTo - shown) : "", token));
        }

        shown = Math.Max(shown, upTo);
    }
}

/// <summary>What a token adds to the text that can be shown.</summary>
internal sealed record Piece(int Index, string Text, SampledToken? Token);
