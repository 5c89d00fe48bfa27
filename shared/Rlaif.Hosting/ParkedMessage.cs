using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Rlaif.Hosting;

/// <summary>A queue with messages that nobody could work on.</summary>
/// <param name="Queue">Its name: that of the queue they came to, and why they left it: <c>_error</c>, <c>_skipped</c>, <c>_dead</c>.</param>
public sealed record ParkedQueue(string Queue, long Messages);

/// <summary>What there is to see of a parked message. Of its headers only these: the others name machines and hold stack traces.</summary>
/// <param name="Id">As its sender named it; null: not at all.</param>
/// <param name="Type">As its sender named it; null: not at all.</param>
/// <param name="Reason">Why it is here, in one line.</param>
/// <param name="At">When it failed; null: not known.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Body">The beginning, without control characters.</param>
public sealed record ParkedMessage(string? Id, string? Type, string Reason, DateTimeOffset? At, int Bytes, string Body)
{
    private const int LongestBody = 2000, LongestLine = 400;

    internal static ParkedMessage Of(string queue, BasicGetResult parked)
    {
        object? found = null;
        var text = (string header) => parked.BasicProperties.Headers?.TryGetValue(header, out found) != true ? null : found switch
        {
            byte[] bytes => Line(bytes),
            string words => Line(Encoding.UTF8.GetBytes(words)),
            _ => null,
        };
        var at = DateTimeOffset.TryParse(text("MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : (DateTimeOffset?)null;
        return new(
            parked.BasicProperties.MessageId is { } id ? Line(Encoding.UTF8.GetBytes(id)) : text("MessageId"), text("MT-MessageType"),
            text("MT-Fault-Message") ?? Why(queue), at, parked.Body.Length, Clean(parked.Body.Span, LongestBody));
    }

    private static string Why(string queue) => queue.EndsWith(ParkedQueues.Dead, StringComparison.Ordinal)
        ? $"It was delivered {RlaifBus.MostDeliveries} times, and whoever took it died or never answered."
        : "Nobody who reads this queue knows its type.";

    private static string Line(ReadOnlySpan<byte> bytes) => Clean(bytes, LongestLine).Split('\n')[0].TrimEnd();

    // Not all of 16 MB for the first page of it. A character that was cut in two becomes U+FFFD.
    private static string Clean(ReadOnlySpan<byte> bytes, int longest)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 4 * longest)]);
        var clean = new StringBuilder(longest);
        foreach (var rune in text.EnumerateRunes().Take(longest))
        {
            clean.Append(Rune.IsControl(rune) && rune.Value != '\n' ? " " : rune.ToString());
        }

        return text.Length > longest ? clean.Append('…').ToString() : clean.ToString();
    }
}
