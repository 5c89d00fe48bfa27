using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>Arithmetic on tensors of a CPU in parts that no other part depends on, so that who computes which one, and when, changes no bit. A struct of pointers.</summary>
internal interface IKernel
{
    /// <summary>Called once for each part, by any thread. Throws nothing: native code calls it.</summary>
    /// <param name="part">From 0.</param>
    /// <param name="worker">Number of the thread in its team, for memory of its own.</param>
    void Part(int part, int worker);
}

/// <summary>LibTorch's own team of OpenMP threads for kernels of ours. One of .NET's would fight with it for the cores: after a product it waits awake for the next.</summary>
internal static unsafe class ThreadTeam
{
    /// <summary>Numbers that a part has about: enough to be worth a thread, few enough for a cache.</summary>
    public const int PartSize = 1 << 13;

    // libgomp's entry for a parallel region, found through the library that needs it, and Intel's too. Where there is neither, the caller does all parts.
    private static readonly nint Region =
        NativeLibrary.TryGetExport(LibTorch.Native, "GOMP_parallel", out var entry) ? entry : 0;

    private static readonly nint DataOf = LibTorch.Export("THSTensor_data");

    /// <summary>Whether there is a way in.</summary>
    public static bool HasThreads => Region != 0;

    /// <summary>Whether its numbers are where kernels reach them.</summary>
    public static bool Reaches(Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32;

    /// <summary>Where a tensor's first number is; whoever takes it keeps the tensor alive.</summary>
    public static float* Data(Tensor x) => ((delegate* unmanaged<nint, float*>)DataOf)(x.Handle);

    /// <summary>How many parts there are of what is <paramref name="perPart"/> in each but the last.</summary>
    public static int Parts(long count, int perPart) => (int)((count + perPart - 1) / perPart);

    /// <summary>All parts, by as many threads as the torch thread computes with.</summary>
    public static void Run<T>(T kernel, int parts)
        where T : unmanaged, IKernel
    {
        if (parts < 2 || !HasThreads)
        {
            for (var part = 0; part < parts; part++)
            {
                kernel.Part(part, worker: 0);
            }

            return;
        }

        var work = new Work(&Do<T>, &kernel, parts);
        ((delegate* unmanaged<delegate* unmanaged<Work*, void>, Work*, uint, uint, void>)Region)(&Enter, &work, 0, 0);
    }

    // Each thread takes the next part that nobody has: on a shared machine threads are not equally fast.
    [UnmanagedCallersOnly]
    private static void Enter(Work* work)
    {
        var worker = work->Join();
        for (var part = work->Next(); part < work->Parts; part = work->Next())
        {
            work->Do(work->Kernel, part, worker);
        }
    }

    private static void Do<T>(void* kernel, int part, int worker)
        where T : unmanaged, IKernel => ((T*)kernel)->Part(part, worker);

    [StructLayout(LayoutKind.Auto)]
    private struct Work(delegate*<void*, int, int, void> run, void* kernel, int parts)
    {
        public readonly delegate*<void*, int, int, void> Do = run;
        public readonly void* Kernel = kernel;
        public readonly int Parts = parts;
        private int taken, workers;

        public int Join() => Interlocked.Increment(ref workers) - 1;

        public int Next() => Interlocked.Increment(ref taken) - 1;
    }
}
