using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rlaif.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>silu(gate) · up with silu(x) = x / (1 + e^-x), element by element (Shazeer 2020, SwiGLU). On a CPU each way is one pass, where tensor by tensor they are two and five.</summary>
internal sealed class GatedUnit : autograd.SingleTensorFunction<GatedUnit>
{
    public override string Name => nameof(GatedUnit);

    /// <summary>Two tensors of one shape to a third; gradients flow.</summary>
    public static Tensor Of(Tensor gate, Tensor up) => is_grad_enabled() ? BackwardPass.Recorded(() => apply(gate, up)) : Product(gate, up);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (gate, up) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([gate, up]);
        return Product(gate, up);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answers(2, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        var (ofGate, ofUp, _) = Gradients(grad_output.clone(), saved[0], saved[1], isProductAsked: false);
        return [ofGate.MoveToOuterDisposeScope(), ofUp.MoveToOuterDisposeScope()];
    });

    /// <summary>Without gradients.</summary>
    /// <param name="isPassing">Whether it is used at once: the next one may be written over it.</param>
    public static unsafe Tensor Product(Tensor gate, Tensor up, bool isPassing = false)
    {
        if (!ThreadTeam.Reaches(gate))
        {
            return nn.functional.silu(gate).mul_(up);
        }

        using var scope = NewDisposeScope();
        var (g, u, product) = (gate.contiguous(), up.contiguous(), isPassing ? TorchMemory.Passing("gated unit", gate.shape) : empty(gate.shape));
        ThreadTeam.Run(new Forwards(ThreadTeam.Data(g), ThreadTeam.Data(u), ThreadTeam.Data(product), gate.numel()), ThreadTeam.Parts(gate.numel(), ThreadTeam.PartSize));
        return product.MoveToOuterDisposeScope();
    }

    /// <param name="gradient">Of the product; taken over.</param>
    /// <param name="gate">As <see cref="Product"/> had it.</param>
    /// <param name="up">As <see cref="Product"/> had it.</param>
    /// <param name="isProductAsked">Whether the product is computed again as well, to be used at once.</param>
    public static unsafe (Tensor OfGate, Tensor OfUp, Tensor? Product) Gradients(Tensor gradient, Tensor gate, Tensor up, bool isProductAsked)
    {
        using var scope = NewDisposeScope();
        if (!ThreadTeam.Reaches(gate))
        {
            var activated = nn.functional.silu(gate);
            var again = isProductAsked ? activated * up : null;
            var (toUp, toGate) = (activated.mul_(gradient), GradientKernels.Silu(gradient.mul_(up), gate));
            return (toGate.MoveToOuterDisposeScope(), toUp.MoveToOuterDisposeScope(), again?.MoveToOuterDisposeScope());
        }

        var (given, g, u, ofUp, product) = (gradient.contiguous(), gate.contiguous(), up.contiguous(), empty(gate.shape), isProductAsked ? TorchMemory.Passing("gated unit", gate.shape) : null);
        ThreadTeam.Run(
            new Backwards(ThreadTeam.Data(given), ThreadTeam.Data(g), ThreadTeam.Data(u), ThreadTeam.Data(ofUp), product is null ? null : ThreadTeam.Data(product), gate.numel()),
            ThreadTeam.Parts(gate.numel(), ThreadTeam.PartSize));
        return (given.MoveToOuterDisposeScope(), ofUp.MoveToOuterDisposeScope(), product?.MoveToOuterDisposeScope());
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Forwards(float* gate, float* up, float* product, long count) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var begin = (long)part * ThreadTeam.PartSize;
            float* g = gate + begin, u = up + begin, to = product + begin;
            var here = (int)Math.Min(ThreadTeam.PartSize, count - begin);
            for (var i = 0; i < here; i += Lanes.Count)
            {
                var x = Lanes.Load(g + i, here - i);
                (x * Lanes.Sigmoid(x) * Lanes.Load(u + i, here - i)).Store(to + i, here - i);
            }
        }
    }

    /// <param name="gradient">Of the product; of the gate at the end.</param>
    /// <param name="product">Or null.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Backwards(float* gradient, float* gate, float* up, float* ofUp, float* product, long count) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var begin = (long)part * ThreadTeam.PartSize;
            float* g = gate + begin, u = up + begin, d = gradient + begin, toUp = ofUp + begin, again = product == null ? null : product + begin;
            var here = (int)Math.Min(ThreadTeam.PartSize, count - begin);
            var one = Vector512<float>.One;
            for (var i = 0; i < here; i += Lanes.Count)
            {
                var left = here - i;
                var (x, linear, given) = (Lanes.Load(g + i, left), Lanes.Load(u + i, left), Lanes.Load(d + i, left));
                var sigmoid = Lanes.Sigmoid(x);
                var silu = x * sigmoid;
                (given * silu).Store(toUp + i, left);
                // d silu / dx = σ (1 + x (1 - σ))
                (given * linear * sigmoid * (one + (x * (one - sigmoid)))).Store(d + i, left);
                if (again != null)
                {
                    (silu * linear).Store(again + i, left);
                }
            }
        }
    }
}
