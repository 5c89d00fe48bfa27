using System.Globalization;

namespace Rlaif.Cli.Running;

/// <summary>The most memory that this process ever held.</summary>
internal static class PeakMemory
{
    /// <summary>VmHWM of /proc/self/status, bytes; elsewhere the working set's peak.</summary>
    public static long Bytes()
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(one => one.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        if (line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..])
        {
            return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
        }

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
