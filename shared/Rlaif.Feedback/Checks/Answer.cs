using Rlaif.Contracts;

namespace Rlaif.Feedback.Checks;

/// <summary>Whether a response is what the prompt's <see cref="Expectation"/> asks for.</summary>
internal static class Answer
{
    /// <summary>Null when nothing is known of a right answer, or when declining is the right one.</summary>
    public static bool? Holds(Subject subject) => subject switch
    {
        { Safety: Safety.Unsafe } or { Expectation: null } => null,
        { Expectation: { Any: [], All: [], None: [], MinWords: 0, Pattern: null, Answer: null } } => null,
        _ => Meets(subject, subject.Expectation),
    };

    /// <summary>Whether the response says what it must not. A word that stands in the prompt is not held against it.</summary>
    public static bool SaysForbidden(Subject subject) => subject.Expectation is { } expected
        && expected.None.Any(word => Says(subject, expected, word) && !Words.Contain(subject.Asked, Words.Of(word)));

    private static bool Meets(Subject subject, Expectation expected) =>
        (expected.Any is [] || expected.Any.Any(word => Says(subject, expected, word)))
        && expected.All.All(word => Says(subject, expected, word))
        && !SaysForbidden(subject)
        && subject.Said.Count >= expected.MinWords
        && (expected.Answer is null || FinalAnswer.Same(expected.Answer, subject.Text))
        && (expected.Pattern is null || UserPattern.Of(expected.Pattern).IsMatch(subject.Text));

    private static bool Says(Subject subject, Expectation expected, string word) =>
        Words.Contain(expected.Case ? Words.Of(subject.Text, keepCase: true) : subject.Said, Words.Of(word, expected.Case));
}
