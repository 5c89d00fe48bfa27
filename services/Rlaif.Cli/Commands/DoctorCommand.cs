using System.CommandLine;
using System.Runtime.InteropServices;
using Rlaif.Cli.Running;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif doctor</c>: what this machine offers, and whether the parts that a run needs work on it.</summary>
internal static class DoctorCommand
{
    public static Command Make(Option<string?> home)
    {
        var numerics = new Option<bool>("--numerics") { Description = "Compare every loss, advantage, optimizer and small decoders with the formulas in f64" };
        var device = new Option<DeviceKind>("--device") { Description = "With --numerics: where to compute" };
        var precision = new Option<Precision>("--precision") { Description = "With --numerics: what products are computed in" };
        var command = new Command("doctor", "Check this machine") { numerics, device, precision };
        command.Validators.Add(result =>
        {
            foreach (Option option in (Option[])[device, precision])
            {
                if (!result.GetValue(numerics) && result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} is about what --numerics computes; add --numerics, or leave it out.");
                }
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(numerics))
            {
                return await NumericsCheck.Run(new(Environment.ProcessorCount, parsed.GetValue(precision), parsed.GetValue(device)), cancel);
            }

            var healthy = true;
            void Report(string what, string found) => Console.Out.WriteLine($"{what,-12} {found}");
            Report("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
            Report("processor", $"{Processor()}, {Environment.ProcessorCount} cores");
            var (fastest, reason) = FastestPrecision.OfThisMachine(DeviceKind.Cpu, hiddenSize: int.MaxValue);
            Report("precision", $"auto is {fastest.ToString().ToLowerInvariant()} ({reason})");
            Report("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0.0} GB");
            try
            {
                TorchRuntime.Start(Environment.ProcessorCount);
                var works = await TorchThread.Run(() =>
                {
                    using var scope = NewDisposeScope();
                    return ones(64, 64).matmul(ones(64, 64)).sum().item<float>() == 64 * 64 * 64;
                }, cancel);
                healthy &= works;
                var devices = cuda.is_available() ? "cpu and cuda" : "cpu";
                Report("LibTorch", works ? $"{__version__}, computes; has {devices}" : "loads but computes wrong numbers");
                Report("allocator", await TorchRuntime.KeepsFreedMemory(cancel)
                    ? "keeps what a step frees" : "gives back what a step frees, and trainings are slow; set GLIBC_TUNABLES as ./rlaif does");
            }
            catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or NotSupportedException)
            {
                healthy = false;
                Report("LibTorch", $"does not load: {error.GetBaseException().Message}");
            }

            var path = HomeChoice.PathOf(parsed.GetValue(home), null);
            var disk = new DriveInfo(Existing(path));
            Report("home", $"{path} ({(Directory.Exists(path) ? "exists" : "not there yet")}), {disk.AvailableFreeSpace / 1e9:0.0} GB free");
            return healthy ? CommandLine.Done : CommandLine.Failed;
        });
        return command;
    }

    // The home may not be there yet; a disk is mounted at a folder, and the root's says nothing of it.
    private static string Existing(string path)
    {
        var folder = new DirectoryInfo(Path.GetFullPath(path));
        while (folder is { Exists: false, Parent: { } parent })
        {
            folder = parent;
        }

        return folder.FullName;
    }

    private static string Processor() => !File.Exists("/proc/cpuinfo") ? "unknown" : File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "unknown";
}
