using System.CommandLine;
using System.CommandLine.Parsing;

namespace Rlaif.Cli.Commands;

/// <summary>A shell variable that is not set leaves an empty argument behind: it names nothing, and must not become the current folder.</summary>
internal static class NotEmptyText
{
    public static Option<T> NotEmpty<T>(this Option<T> option)
    {
        option.Validators.Add(result => Check(result, option.Name));
        return option;
    }

    public static Argument<string> NotEmpty(this Argument<string> argument)
    {
        argument.Validators.Add(result => Check(result, argument.Name));
        return argument;
    }

    private static void Check(SymbolResult result, string name)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{name} is given an empty text, which names nothing; leave it out or name a path.");
        }
    }
}
