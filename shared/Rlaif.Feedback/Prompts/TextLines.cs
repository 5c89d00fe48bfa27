using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Prompts;

/// <summary>Text files that users bring, decompressed when the name ends in .gz, one line at a time.</summary>
internal static class TextLines
{
    /// <summary>The lines that are not blank, with their numbers from 1.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What is read from it, for errors.</param>
    /// <exception cref="InputException">It cannot be read to its end.</exception>
    public static IEnumerable<(int Line, string Text)> Of(string path, string what)
    {
        using var reader = new StreamReader(Open(path, what), new UTF8Encoding(false, throwOnInvalidBytes: true));
        for (var line = 1; Next(path, what, reader, line) is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return (line, text);
            }
        }
    }

    /// <exception cref="InputException">There is no such file, or it cannot be opened.</exception>
    public static Stream Open(string path, string what)
    {
        try
        {
            Stream stream = File.OpenRead(path);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"Cannot read {what} from {path}: there is no such file.", missing);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"Cannot read {what} from {path}: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>What the parser says, without the position that it adds: that within the line, always "LineNumber: 0".</summary>
    public static string Reason(JsonException broken)
    {
        var reason = broken.Message.Split(" LineNumber:", 2)[0].TrimEnd('.');
        return $"{reason}, at byte {broken.BytePositionInLine} of the line.";
    }

    private static string? Next(string path, string what, StreamReader reader, int line)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException broken)
        {
            throw new InputException($"Cannot read {what} from {path}: it is not a whole gzip file; line {line} cannot be decompressed.", broken);
        }
        catch (DecoderFallbackException foreign)
        {
            throw new InputException($"Cannot read {what} from {path}: it is not UTF-8 text, near line {line}.", foreign);
        }
        catch (IOException unreadable)
        {
            throw new InputException($"Cannot read {what} from {path}: {unreadable.Message}", unreadable);
        }
    }
}
