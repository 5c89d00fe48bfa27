using Rlaif.Recipes.Reading;

namespace Rlaif.Recipes;

/// <summary>Reads recipes. Strict: an unknown key, a wrong type, a value out of range or a missing one is an error with its line, and all
/// errors are told at once. Keys are the records' property names in camelCase; a setting that is not named keeps the record's default.</summary>
public static class RecipeFile
{
    /// <summary>The recipe in a file.</summary>
    /// <param name="path">The YAML file. Paths in it are taken from its folder.</param>
    /// <param name="overrides">Settings that replace those of the file: <c>key=value</c>, with dots between keys and numbers for list
    /// entries (<c>optimize.0.dpo.beta=0.2</c>). Paths in them are taken from the current folder, as a shell completes them.</param>
    /// <exception cref="InputException">There is no such file, it is not YAML, or settings are wrong.</exception>
    public static Recipe Read(string path, IReadOnlyList<string>? overrides = null) => Parse(Text(path), path, overrides);

    /// <summary>The pretraining recipe in a file.</summary>
    /// <exception cref="InputException">As for <see cref="Read"/>.</exception>
    public static PretrainRecipe ReadPretraining(string path)
    {
        var document = new RecipeDocument(path, YamlText.Read(Text(path), path));
        var recipe = (PretrainRecipe)new RecipeReader(document).Record(typeof(PretrainRecipe), document.Root, "");
        RecipeRules.Check(document, recipe);
        document.ThrowIfWrong();
        return recipe;
    }

    /// <summary>The recipe in a text that stands at <paramref name="path"/>, which need not exist.</summary>
    /// <exception cref="InputException">It is not YAML, or settings are wrong.</exception>
    public static Recipe Parse(string yaml, string path, IReadOnlyList<string>? overrides = null)
    {
        var document = new RecipeDocument(path, YamlText.Read(yaml, path));
        foreach (var text in overrides ?? [])
        {
            RecipeOverride.Apply(document, text);
        }

        var recipe = (Recipe)new RecipeReader(document).Record(typeof(Recipe), document.Root, "");
        RecipeRules.Check(document, recipe);
        document.ThrowIfWrong();
        return recipe;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"Cannot read recipe {path}: there is no such file.", missing);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"Cannot read recipe {path}: {unreadable.Message}", unreadable);
        }
    }
}
