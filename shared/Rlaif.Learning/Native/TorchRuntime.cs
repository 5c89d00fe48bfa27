using System.Globalization;
using Rlaif.Learning.Models;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>Settings of the tensor library that belong to the process.</summary>
public static class TorchRuntime
{
    /// <summary>From now on the torch thread computes with that many threads, what is under way excepted.</summary>
    /// <param name="threads">From 1. Part of a result's bytes: sums are split by thread.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one thread.</exception>
    public static void Start(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        // OpenMP's thread count belongs to the thread that sets it. Not awaited: what is asked of the torch thread later comes later.
        _ = TorchThread.Run(() => set_num_threads(threads));
    }

    /// <summary>Loads the LibTorch that <c>RLAIF_LIBTORCH</c> names, if it names one; else the first tensor loads the one that the build brought.
    /// Called when a process starts, a folder that does not fit is told then and not by the first run.</summary>
    /// <exception cref="InputException">The folder holds no LibTorch that fits.</exception>
    public static void Open() => LibTorch.Open();

    /// <summary>Whether what a tensor leaves is there for the next one without a page fault, tried on the torch thread. Where it is not, a training takes a
    /// multiple of the time (docs/decisions.md); GLIBC_TUNABLES decides, and <c>./rlaif</c> sets it.</summary>
    public static Task<bool> KeepsFreedMemory(CancellationToken cancel = default) => TorchThread.Run(() =>
    {
        // All on this thread. Kept: none, or 49 where the heap grows by pages of 2 MB. Given back: 400 with such pages, 24 000 without.
        const int Floats = 25_000_000, Few = 100;
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            // The first time they are new.
            return Enumerable.Range(0, 4).Select(_ =>
            {
                var before = PageFaults();
                ones(Floats).Dispose();
                return PageFaults() - before;
            }).Skip(1).Min() < Few;
        }
        finally
        {
            set_num_threads(threads);
        }
    }, cancel);

    // proc(5): minflt of the thread, the eighth after the name.
    private static long PageFaults() =>
        File.Exists("/proc/thread-self/stat") ? long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[7], CultureInfo.InvariantCulture) : 0;

    /// <summary>The run's settings for what follows on this thread, the torch thread: every piece of work of a run begins with them.</summary>
    /// <exception cref="InputException">This process lacks the device: its worker declines. Or the device does not compute in the precision.</exception>
    public static void Use(Numerics numerics)
    {
        ArgumentNullException.ThrowIfNull(numerics);
        if (numerics is { Precision: Precision.TensorFloat32, Device: DeviceKind.Cpu })
        {
            throw new InputException("The precision is tensorfloat32, which only a card computes in; set the device to cuda, or the precision to float32.");
        }

        if (get_num_threads() != numerics.Threads)
        {
            set_num_threads(numerics.Threads);
        }

        UseProducts(numerics);
    }

    /// <summary>What the work under way on this thread computes in.</summary>
    internal static Numerics Current => new(get_num_threads(), MatrixProduct.Precision, TensorDevice.Current);

    /// <summary>The same again, after others have computed: part of it is the process's and not the thread's, MKL's number of threads too.</summary>
    internal static void UseAgain(Numerics numerics)
    {
        set_num_threads(numerics.Threads);
        UseProducts(numerics);
    }

    private static void UseProducts(Numerics numerics)
    {
        MatrixProduct.Precision = numerics.Precision;
        TensorDevice.Use(numerics.Device, numerics.Precision);
    }
}
