namespace Rlaif.Cli.Running;

/// <summary>A file that one process at a time holds open. The system frees it when the process is killed.</summary>
internal static class LockFile
{
    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows: how the runtime tells that another process holds the file.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Null: another process holds it.</summary>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (Held.Contains(error.HResult))
        {
            return null;
        }
    }
}
