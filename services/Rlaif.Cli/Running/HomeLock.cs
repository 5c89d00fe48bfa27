using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Cli.Running;

/// <summary>One process at a time runs on a home: SQLite and the work folder have one writer. The system frees the lock of a killed process.</summary>
internal sealed class HomeLock : IDisposable
{
    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows: how the runtime tells that another process holds the file.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    public HomeLock(HomeFolder home)
    {
        try
        {
            file = new FileStream(Path.Combine(home.Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (Held.Contains(error.HResult))
        {
            throw new InputException($"Another rlaif is running on {home.Path}; wait for it, or name another home with --home.", error);
        }
    }

    public void Dispose() => file.Dispose();
}
