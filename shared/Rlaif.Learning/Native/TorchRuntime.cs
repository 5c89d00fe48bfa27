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

        MatrixProduct.Precision = numerics.Precision;
        TensorDevice.Use(numerics.Device, numerics.Precision);
    }
}
