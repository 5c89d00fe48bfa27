namespace Rlaif.Cli.Running;

/// <summary>Which home a command works on: what --home names, else RLAIF_HOME, else .rlaif in the project. Never the user's own folder.</summary>
internal static class HomeChoice
{
    private const string Folder = ".rlaif";

    /// <param name="named">--home; null: not given.</param>
    /// <param name="beside">A file of the project (the recipe); null: the current folder's project.</param>
    public static string PathOf(string? named, string? beside) =>
        named ?? (Environment.GetEnvironmentVariable("RLAIF_HOME") is { Length: > 0 } set ? set
            : Path.Combine(Project(beside is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(beside))!), Folder));

    // The nearest folder upwards that holds a project; without one, the folder itself.
    private static string Project(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, ".git")) || File.Exists(Path.Combine(folder.FullName, ".git")) ||
                Directory.Exists(Path.Combine(folder.FullName, "recipes")) || Directory.Exists(Path.Combine(folder.FullName, Folder)))
            {
                return folder.FullName;
            }
        }

        return from;
    }
}
