using System.Security.Cryptography;
using System.Text;
using Rlaif.Contracts;

namespace Rlaif.Feedback.Judging;

/// <summary>A question to a judge, rendered, with how its answer is read.</summary>
/// <param name="Messages">What is sent. Candidates stand in a user turn only.</param>
/// <param name="Question">How a verdict in words is read.</param>
/// <param name="First">Spellings of the one-token answer for the first place, or for yes.</param>
/// <param name="Second">Spellings of the one-token answer for the second place, or for no.</param>
public sealed record JudgePrompt(IReadOnlyList<Turn> Messages, VerdictQuestion Question, IReadOnlyList<string> First, IReadOnlyList<string> Second)
{
    /// <summary>SHA-256 of the texts of several prompts in order, in lower-case hex. A zero byte ends each text: no two lists share their bytes.</summary>
    public static string Sha256(IEnumerable<JudgePrompt> prompts)
    {
        var texts = prompts.SelectMany(prompt => prompt.Messages).SelectMany(turn => new[] { turn.Role, turn.Content });
        var bytes = texts.SelectMany(text => Encoding.UTF8.GetBytes(text.Replace("\0", "\uFFFD", StringComparison.Ordinal)).Append((byte)0));
        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }
}

/// <summary>How a judge is to answer which of two responses is better.</summary>
public enum JudgeAnswer
{
    /// <summary>One letter, whose log-probability is read.</summary>
    Letter,

    /// <summary>A marker in a text, which <see cref="VerdictParser"/> reads.</summary>
    Marker,
}
