using System.Globalization;
using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Cli.Running;

/// <summary>One process at a time runs on a home: SQLite and the work folder have one writer. The system frees the lock of a killed process.</summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream file;

    public HomeLock(HomeFolder home, string name = "lock")
        : this(TryOpen(home, name) ?? throw new InputException($"Another rlaif is running on {home.Path}; wait for it, or name another home with --home."), name)
    {
    }

    private HomeLock(FileStream file, string name) => (this.file, Name) = (file, name);

    /// <summary>What it is the lock of; a name is taken again when its process has ended.</summary>
    public string Name { get; }

    /// <summary>The first name that no live process has: client-1, client-2, ...</summary>
    public static HomeLock OfClient(HomeFolder home)
    {
        for (var number = 1; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"client-{number}");
            if (TryOpen(home, name + ".lock") is { } file)
            {
                return new(file, name);
            }
        }
    }

    public void Dispose() => file.Dispose();

    private static FileStream? TryOpen(HomeFolder home, string name) => LockFile.TryOpen(Path.Combine(home.Path, name));
}
