using System.Runtime.InteropServices;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>Where tensors lie: on the default device of the library. What is made without naming one lies there.</summary>
internal static unsafe partial class TensorDevice
{
    private static readonly Lazy<FixedOrder> Order = new(FixedOrder.Find);
    private static bool isFixed;

    /// <summary>The device of what is made now, on the torch thread.</summary>
    public static DeviceKind Current => get_default_device().type == DeviceType.CUDA ? DeviceKind.Cuda : DeviceKind.Cpu;

    /// <summary>Changes it for what is made from now on.</summary>
    /// <exception cref="InputException">This process has no such device.</exception>
    public static void Use(DeviceKind device, Precision precision)
    {
        if (device == DeviceKind.Cuda)
        {
            if (!cuda.is_available())
            {
                throw new InputException(
                    "The run computes on cuda, which this process does not have: its LibTorch was built without CUDA, or there is no card or driver; " +
                    "set device to cpu, or RLAIF_LIBTORCH to the torch/lib folder of a PyTorch with CUDA on a machine with a card.");
            }

            _ = Order.Value;
            backends.cuda.matmul.allow_tf32 = precision == Precision.TensorFloat32;
        }

        // What the executor makes of a script after its first calls has other last bits on a card.
        ScriptExecutor.Optimizes(device == DeviceKind.Cpu);
        set_default_device(device == DeviceKind.Cuda ? CUDA : CPU);
    }

    /// <summary>Weights from values of ours, on the CPU, in memory of LibTorch's own: <c>tensor</c> would leave them where .NET put the array, and
    /// the last bits of a product depend on how its inputs lie in a cache line (MKL, one row of inputs).</summary>
    public static Tensor Weight(float[] values, params long[] shape)
    {
        using var borrowed = from_array(values, float32, CPU);
        using var shaped = borrowed.view(shape);
        return shaped.clone();
    }

    /// <summary>The same values on the current device; those elsewhere are given up.</summary>
    public static Tensor Moved(Tensor values)
    {
        if (values.device_type == get_default_device().type)
        {
            return values;
        }

        using (values)
        {
            return values.to(get_default_device());
        }
    }

    /// <summary>Until it is disposed, CUDA adds in an order that does not depend on timing: the same inputs give the same bytes, as they do on
    /// the CPU anyway. Work that only writes to places of its own does not need it, and is faster without. Inside another one it is none: the outer ends
    /// it.</summary>
    public static IDisposable? InFixedOrder() => Current == DeviceKind.Cuda && !isFixed ? new OrderScope(Order.Value, isFixed: true) : null;

    /// <summary>The other way round, inside a training: what sampling adds has one order anyway. In a fixed one a step of GRPO took three times what its parts take outside
    /// (H200).</summary>
    public static IDisposable? InAnyOrder() => isFixed ? new OrderScope(Order.Value, isFixed: false) : null;

    private sealed class OrderScope : IDisposable
    {
        private readonly FixedOrder order;

        public OrderScope(FixedOrder order, bool isFixed) => (this.order = order).Set(TensorDevice.isFixed = isFixed);

        public void Dispose() => order.Set(isFixed = !isFixed);
    }

    // at::Context::setDeterministicAlgorithms(bool, bool warnOnly), which TorchSharp does not have.
    private sealed record FixedOrder(nint Context, nint Setter)
    {
        public static FixedOrder Find()
        {
            // cuBLAS reads it once. .NET's own variables do not reach C.
            _ = SetEnvironment("CUBLAS_WORKSPACE_CONFIG", ":4096:8", overwrite: 0);
            var context = ((delegate* unmanaged<nint>)LibTorch.Export("_ZN2at13globalContextEv"))();
            // Filling memory that is overwritten anyway finds bugs and costs time.
            ((delegate* unmanaged<nint, byte, void>)LibTorch.Export("_ZN2at7Context39setDeterministicFillUninitializedMemoryEb"))(context, 0);
            return new(context, LibTorch.Export("_ZN2at7Context26setDeterministicAlgorithmsEbb"));
        }

        public void Set(bool on) => ((delegate* unmanaged<nint, byte, byte, void>)Setter)(Context, on ? (byte)1 : (byte)0, 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
