using System.Globalization;

namespace Rlaif.Cli.Running;

/// <summary>The most memory that this process ever held.</summary>
internal static class PeakMemory
{
    /// <summary>VmHWM of /proc/self/status, bytes; elsewhere the working set's peak.</summary>
    public static long Bytes()
    {
        const string status = "/proc/self/status";
        if (File.Exists(status) && Parse(File.ReadLines(status)) is { } bytes)
        {
            return bytes;
        }

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>"VmHWM:   123 kB": tabs or blanks, as many as the number leaves room for.</summary>
    public static long? Parse(IEnumerable<string> status) =>
        status.FirstOrDefault(one => one.StartsWith("VmHWM:", StringComparison.Ordinal))?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            is [_, var kibibytes, ..] ? long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024 : null;
}
