using System.Text.RegularExpressions;
using Rlaif.Recipes;

namespace Rlaif.Learning.Adapters;

/// <summary>Modules as PEFT's configurations name them: a list of names or of their ends, or one regular expression on the whole name.</summary>
/// <param name="Ends">For example <c>q_proj</c>, which is every layer's.</param>
/// <param name="Pattern">Takes the place of the list.</param>
internal sealed record ModuleNames(IReadOnlyList<string> Ends, string? Pattern = null)
{
    // A file from a stranger holds it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public bool Name(string module) =>
        Pattern is null ? Ends.Any(end => module == end || module.EndsWith($".{end}", StringComparison.Ordinal)) : Matches($"(?:{Pattern})", module);

    /// <summary>The value of the first pattern that the end of a name matches, as rank_pattern and alpha_pattern mean it.</summary>
    public static double Of(IReadOnlyDictionary<string, double> patterns, string module, double otherwise) =>
        patterns.Where(pattern => Matches($@"(.*\.)?({pattern.Key})", module)).Select(pattern => (double?)pattern.Value).FirstOrDefault() ?? otherwise;

    /// <exception cref="InputException">It is no regular expression, or one that takes for ever.</exception>
    public static bool Matches(string pattern, string module)
    {
        try
        {
            return Regex.IsMatch(module, $@"\A{pattern}\z", RegexOptions.CultureInvariant, Patience);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new InputException($"The pattern {pattern} of an adapter's configuration takes more than a second on {module}; write a simpler one.", error);
        }
        catch (ArgumentException error)
        {
            throw new InputException($"The pattern {pattern} of an adapter's configuration is no regular expression: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
