using System.Runtime.InteropServices;
using Rlaif.Recipes;
using TorchSharp;

namespace Rlaif.Learning.Native;

/// <summary>The LibTorch that <c>RLAIF_LIBTORCH</c> names, in place of the one that the build brought: a PyTorch installation has one, with
/// or without CUDA, and nobody should download gigabytes twice.</summary>
internal static unsafe class LibTorch
{
    // TorchSharp's native half is compiled against the first; both ends were run (docs/decisions.md). C++ has no other promise.
    private static readonly Version Oldest = new(2, 10), Newest = new(2, 11);

    private static readonly Lazy<bool> Opened = new(() =>
        Environment.GetEnvironmentVariable("RLAIF_LIBTORCH") is { Length: > 0 } folder && Load(folder));

    /// <summary>Once, before the first tensor; nothing without the setting.</summary>
    /// <exception cref="InputException">The folder holds no LibTorch that fits.</exception>
    public static void Open() => _ = Opened.Value;

    /// <summary>Where a function of C++ is that TorchSharp does not have.</summary>
    public static nint Export(string mangled) => NativeLibrary.GetExport(Native, mangled);

    /// <summary>TorchSharp's native half: what it or a library that it needs has is found through it.</summary>
    public static nint Native => NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);

    internal static bool Load(string folder)
    {
        var file = Path.GetFullPath(Path.Combine(folder, "libtorch.so"));
        if (!File.Exists(file))
        {
            throw new InputException($"RLAIF_LIBTORCH names {folder}, which has no libtorch.so; name the folder torch/lib of a PyTorch installation.");
        }

        nint library;
        try
        {
            // With all that it needs, from its own folder. TorchSharp's native half then finds it in the process (build/ForgetLibraryNames.cs).
            library = NativeLibrary.Load(file);
        }
        catch (DllNotFoundException error)
        {
            throw new InputException($"RLAIF_LIBTORCH names {folder}, whose libtorch.so cannot be loaded: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        var found = VersionOf(library);
        if (found < Oldest || found > Newest)
        {
            throw new InputException(
                $"RLAIF_LIBTORCH names {folder}, which holds LibTorch {found.ToString(2)}; this build works with {Oldest} to {Newest}.");
        }

        return true;
    }

    // shim.h of LibTorch: major, minor and patch in the three upper bytes. Not there before 2.6.
    private static Version VersionOf(nint library)
    {
        var packed = NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var version) ? ((delegate* unmanaged<ulong>)version)() : 0;
        return new((int)(packed >> 56), (int)(packed >> 48 & 0xFF));
    }
}
