namespace Rlaif.Hosting;

/// <summary>Where one deployment keeps its state: a database file and a folder of artifacts.</summary>
public sealed class HomeFolder
{
    /// <summary>A folder with this file is a home.</summary>
    public const string DatabaseName = "rlaif.db";

    public HomeFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(Work);
    }

    public string Path { get; }

    public string DatabaseFile => System.IO.Path.Combine(Path, DatabaseName);

    public string Artifacts => System.IO.Path.Combine(Path, "artifacts");

    /// <summary>Unfinished trainings, by command: what a killed process goes on from.</summary>
    public string Work => System.IO.Path.Combine(Path, "work");
}
