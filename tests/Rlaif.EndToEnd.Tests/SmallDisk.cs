using System.Diagnostics;

namespace Rlaif.EndToEnd.Tests;

/// <summary>A disk of half a gigabyte, in memory, that can be filled. Who may not mount one (only root may) gets a folder, and nothing to fill.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly bool isMounted;

    private SmallDisk(string folder, bool isMounted) => (Folder, this.isMounted) = (folder, isMounted);

    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    public static async Task<SmallDisk> Mount()
    {
        var folder = Directory.CreateTempSubdirectory("rlaif-deployment-").FullName;
        var isRoot = Environment.UserName == "root";
        return new(folder, isRoot && await Run("mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", folder) == 0);
    }

    /// <summary>Leaves no room; skips the test where it cannot.</summary>
    public void Fill()
    {
        Assert.SkipUnless(isMounted, "Only root may mount a disk that can be filled.");
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1 << 20];
        while (block.Length > 0)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                block = new byte[block.Length / 2];     // down to the last byte
            }
        }
    }

    /// <summary>There is room again.</summary>
    public void Clear() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        if (isMounted)
        {
            Assert.Equal(0, await Run("umount", "--lazy", Folder));
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
