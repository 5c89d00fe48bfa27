using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>Tensors that live equally long, in few blocks of memory instead of hundreds: all threads at once are the first to touch it, and it leaves gaps that the next training's fit
/// into.</summary>
internal static class TensorBlock
{
    /// <summary>Numbers between two beginnings are a multiple of this: 64 bytes of f32, as LibTorch aligns tensors that it makes.</summary>
    private const long Alignment = 16;

    /// <summary>Numbers that a block has at most, but for a tensor that is longer by itself: 64 MB.</summary>
    private const long Longest = 1 << 24;

    /// <summary>Zeros in the shapes of these tensors, which are all of one type and on one device, as they are; each is the caller's, outside any dispose scope.</summary>
    public static Tensor[] Zeros(IReadOnlyList<Tensor> like)
    {
        using var still = no_grad();
        var made = new List<Tensor>(like.Count);
        while (made.Count < like.Count)
        {
            var length = 0L;
            Tensor[] members = [.. like.Skip(made.Count).TakeWhile((tensor, i) => (length += Room(tensor)) <= Longest || i == 0)];
            using var block = zeros(members.Sum(Room), dtype: members[0].dtype, device: members[0].device);
            var at = 0L;
            foreach (var tensor in members)
            {
                using var own = block.narrow(0, at, tensor.numel());
                made.Add(own.view(tensor.shape).DetachFromDisposeScope());
                at += Room(tensor);
            }
        }

        return [.. made];
    }

    private static long Room(Tensor tensor) => (tensor.numel() + Alignment - 1) / Alignment * Alignment;
}
