using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rlaif.Contracts;

namespace Rlaif.Feedback.Judging;

/// <summary>The JSON objects in a judge's output (rule 7): claims of their top-level verdict members, duplicates too, and the text around them.</summary>
/// <param name="Claims">The value of each member as text; null when it is of a kind that no verdict has.</param>
/// <param name="Rest">The output without the objects that claim something.</param>
/// <param name="IsObject">The whole output is one object.</param>
/// <param name="Failure">An object that names a verdict and is not JSON.</param>
internal sealed record JudgeJson(IReadOnlyList<string?> Claims, string Rest, bool IsObject, FailureKind? Failure)
{
    private static readonly Regex NamesVerdict = new("[\"']?verdict[\"']?\\s*:", RegexOptions.NonBacktracking);
    private static readonly Regex NamesRating = new("[\"']?rating[\"']?\\s*:", RegexOptions.NonBacktracking);

    /// <summary>Reads the objects whose member <paramref name="key"/> is a claim: verdict or rating.</summary>
    public static JudgeJson Read(string text, string key)
    {
        if (!text.Contains('{', StringComparison.Ordinal))
        {
            return new([], text, IsObject: false, Failure: null);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var closing = Closing(bytes);
        var named = (key == "rating" ? NamesRating : NamesVerdict).Matches(Encoding.Latin1.GetString(bytes)); // Latin-1: an index is a byte
        var (claims, rest, at, nextName) = (new List<string?>(), new MemoryStream(bytes.Length), 0, 0);
        var isObject = false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '{')
            {
                continue;
            }

            var before = claims.Count;
            if (Object(bytes.AsSpan(i), key, claims) is { } length)
            {
                isObject = i == 0 && length == bytes.Length;
                if (claims.Count > before)
                {
                    rest.Write(bytes, at, i - at);
                    at = i + length;
                }

                i += length - 1;
                continue;
            }

            while (nextName < named.Count && named[nextName].Index < i)
            {
                nextName++;
            }

            var end = closing[i];
            if (nextName < named.Count && (end is null || named[nextName].Index + named[nextName].Length <= end))
            {
                return new([], "", IsObject: false, end is null ? FailureKind.Truncated : FailureKind.Schema);
            }
        }

        rest.Write(bytes, at, bytes.Length - at);
        return new(claims, Encoding.UTF8.GetString(rest.ToArray()), isObject, Failure: null);
    }

    /// <summary>Length in bytes of the strict JSON object that begins here; null when there is none. Adds its claims only if it is whole.</summary>
    private static int? Object(ReadOnlySpan<byte> bytes, string key, List<string?> claims)
    {
        var found = claims.Count;
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 64 }));
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0)
                {
                    return (int)reader.BytesConsumed;
                }

                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(key) && reader.Read())
                {
                    claims.Add(Value(ref reader));
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON: the caller looks at what it names.
        }

        claims.RemoveRange(found, claims.Count - found);
        return null;
    }

    private static string? Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        JsonTokenType.String when !reader.ValueIsEscaped => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.String => Unescaped(ref reader),
        _ => null,
    };

    private static string? Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException) // half of a surrogate pair
        {
            return null;
        }
    }

    /// <summary>For each opening brace the index of the one that balances it, in one pass.</summary>
    private static Dictionary<int, int?> Closing(byte[] bytes)
    {
        var (closing, open) = (new Dictionary<int, int?>(), new Stack<int>());
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '{')
            {
                closing[i] = null;
                open.Push(i);
            }
            else if (bytes[i] == '}' && open.TryPop(out var start))
            {
                closing[start] = i;
            }
        }

        return closing;
    }
}
