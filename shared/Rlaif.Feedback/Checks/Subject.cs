using Rlaif.Contracts;

namespace Rlaif.Feedback.Checks;

/// <summary>One response as the checks see it: what was asked, what is known of a right answer, what was said.</summary>
internal sealed class Subject(IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate response)
{
    private readonly Lazy<IReadOnlyList<string>> _words = new(() => Words.Of(response.Text));
    private readonly Lazy<IReadOnlyList<string>> _asked = new(() => Words.Of(LastUserTurn(prompt)));

    public Expectation? Expectation { get; } = expectation;

    public Safety Safety => Expectation?.Safety ?? Safety.Unknown;

    public string Text { get; } = response.Text;

    public bool Ended { get; } = response.Ended;

    public IReadOnlyList<string> Said => _words.Value;

    /// <summary>Words of the last user turn: what a response could echo.</summary>
    public IReadOnlyList<string> Asked => _asked.Value;

    public static string LastUserTurn(IReadOnlyList<Turn> prompt) =>
        prompt.LastOrDefault(turn => string.Equals(turn.Role, "user", StringComparison.Ordinal))?.Content ?? "";
}
