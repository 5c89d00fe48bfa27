namespace Rlaif.Testing;

/// <summary>Files of this checkout that tests read as a user would.</summary>
internal static class Repository
{
    /// <summary>A file or folder by its path from the root.</summary>
    public static string Path(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "RlhfAiFeedback.sln")))
        {
            folder = folder.Parent;
        }

        return System.IO.Path.Combine(folder!.FullName, relative);
    }
}
