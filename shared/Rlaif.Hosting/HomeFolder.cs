namespace Rlaif.Hosting;

/// <summary>Where one deployment keeps its files: artifacts, unfinished trainings, and the database of a single process.</summary>
public sealed class HomeFolder
{
    /// <summary>A folder with this file is a home.</summary>
    public const string DatabaseName = "rlaif.db";

    /// <param name="artifacts">Where artifacts are, when not in the home.</param>
    public HomeFolder(string path, string? artifacts = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        Artifacts = artifacts is null ? System.IO.Path.Combine(Path, "artifacts") : System.IO.Path.GetFullPath(artifacts);
        Directory.CreateDirectory(Work);
    }

    public string Path { get; }

    public string DatabaseFile => System.IO.Path.Combine(Path, DatabaseName);

    public string Artifacts { get; }

    /// <summary>Unfinished trainings, by command: what a killed process goes on from.</summary>
    public string Work => System.IO.Path.Combine(Path, "work");
}
