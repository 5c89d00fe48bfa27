using System.Text.RegularExpressions;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Checks;

/// <summary>Regular expressions that users write. Linear in the text where the engine can; lookarounds and back references need
/// backtracking, which is stopped by a clock: then there is no verdict (<see cref="RegexMatchTimeoutException"/>), never a guess.</summary>
internal static class UserPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly Memo<Regex> Known = new(Read);

    public static Regex Of(string pattern) => Known[pattern];

    private static Regex Read(string pattern)
    {
        try
        {
            return Linear(pattern) ?? new Regex(pattern, RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"the regular expression {pattern} is not valid: {e.Message}", e);
        }
    }

    private static Regex? Linear(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Patience);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
