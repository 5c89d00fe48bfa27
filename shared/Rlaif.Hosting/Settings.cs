using Rlaif.Recipes;

namespace Rlaif.Hosting;

/// <summary>The settings of a process, by name: its environment, or what a test gives.</summary>
public sealed class Settings(Func<string, string?> value)
{
    /// <summary>The environment of this process.</summary>
    public static Settings Environment { get; } = new(System.Environment.GetEnvironmentVariable);

    /// <summary>A setting; null: not set, or empty.</summary>
    public string? Text(string name) => value(name) is { Length: > 0 } text ? text : null;

    /// <summary>A setting that is a secret: itself, or the first line of the file that NAME_FILE names.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public string? Secret(string name)
    {
        if (Text(name + "_FILE") is not { } file)
        {
            return Text(name);
        }

        try
        {
            return File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line ? line : throw new InputException($"{name}_FILE names {file}, which is empty.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{name}_FILE names {file}, which cannot be read: {error.Message}", error);
        }
    }
}
