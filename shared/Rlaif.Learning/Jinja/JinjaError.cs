namespace Rlaif.Learning.Jinja;

/// <summary>A template cannot be read or rendered. Messages are Jinja2's own where it has one.</summary>
internal sealed class JinjaError(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Where in the template, from 1; 0 until it is known.</summary>
    public int Line { get; init; }

    /// <summary>The template itself called <c>raise_exception</c>: the message is its author's.</summary>
    public bool IsRaised { get; init; }
}
