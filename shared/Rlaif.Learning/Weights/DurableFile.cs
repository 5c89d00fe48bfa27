using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rlaif.Learning.Weights;

/// <summary>Files that are either the old ones or the whole new ones, also after a power cut.</summary>
public static partial class DurableFile
{
    /// <summary>Writes beside <paramref name="path"/>, flushes to the disk, renames over it and flushes the folder. On a failure the
    /// half-written file is removed and the old one is untouched.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var aside = path + ".partial";
        try
        {
            using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Makes renames and new names in a folder durable.</summary>
    public static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var descriptor = OpenFile(folder, 0);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot open the folder {folder} to flush it.");
        }

        try
        {
            if (Flush(descriptor) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot flush the folder {folder}.");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
