using Rlaif.Learning.Models;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Sampling;

/// <summary>One more token in each row, through all layers in one call, for a card: up to hundreds of rows a step costs what its kernels cost
/// to launch, so products of the same input are one, and operators that TorchSharp does not expose do what else were several.</summary>
/// <remarks>15 kernels for a layer in f32 where <see cref="DecoderLayer"/> and <see cref="KeyValueCache.Rows"/> need 46. Copies of the weights
/// that share an input, in bf16 of all, are held as long as this lives. It knows no adapter: <see cref="Sampler"/> merges one before.</remarks>
internal sealed class ScriptedLayers : IDisposable
{
    private static readonly jit.CompilationUnit Script = jit.compile("""
        def product(x: Tensor, w: Tensor, rounded: bool) -> Tensor:
            return torch.linear(x.to(15), w).to(6) if rounded else torch.linear(x, w)

        def add_product(sum: Tensor, x: Tensor, w: Tensor, rounded: bool) -> Tensor:
            return sum.add_(torch.linear(x.to(15), w)) if rounded else sum.addmm_(x, w.t())

        def head_norm(parts: Tensor, first: int, count: int, w: Tensor, e: float) -> Tensor:
            return torch.rms_norm(parts.narrow(1, first, count), [parts.size(2)], w, e)

        def step(x: Tensor, w: List[Tensor], keys: List[Tensor], values: List[Tensor], cosines: Tensor, sines: Tensor,
                 place: Tensor, mask: Tensor, epsilon: Tensor, heads: int, biased: bool, normed: bool, rounded: bool) -> Tensor:
            e = float(epsilon)
            rows, hidden, groups, width = x.size(0), x.size(1), keys[0].size(1), keys[0].size(3)
            each = (len(w) - 1) // len(keys)
            for layer in range(len(keys)):
                norm, qkv, out, norm2, gate_up, down = w[layer * each:layer * each + 6]
                parts = product(torch.rms_norm(x, [hidden], norm, e), qkv, rounded)
                if biased:
                    parts = parts + w[layer * each + 6]
                parts = parts.view(rows, -1, width)
                turning = parts.narrow(1, 0, heads + groups)
                if normed:
                    turning = torch.cat([head_norm(parts, 0, heads, w[(layer + 1) * each - 2], e), head_norm(parts, heads, groups, w[(layer + 1) * each - 1], e)], 1)
                turned = torch.addcmul(turning * cosines, turning.roll([width // 2], [-1]), sines)
                keys[layer].scatter_(2, place, turned.narrow(1, heads, groups).unsqueeze(2))
                values[layer].scatter_(2, place, parts.narrow(1, heads + groups, groups).unsqueeze(2))
                query = turned.narrow(1, 0, heads).view(rows, groups, heads // groups, width)
                mixed = torch.scaled_dot_product_attention(query, keys[layer], values[layer], mask)
                x = add_product(x, mixed.reshape(rows, heads * width), out, rounded)
                gate, up = product(torch.rms_norm(x, [hidden], norm2, e), gate_up, rounded).chunk(2, -1)
                x = add_product(x, torch.silu(gate) * up, down, rounded)
            return torch.rms_norm(x, [hidden], w[-1], e)

        """);

    private readonly LanguageModel model;
    private readonly bool rounded = MatrixProduct.Precision == Precision.BFloat16;
    private readonly List<Tensor> owned = [];
    private readonly Tensor epsilon;
    private readonly Tensor[] weights;

    /// <summary>For sampling from the model as it is now.</summary>
    public ScriptedLayers(LanguageModel model)
    {
        this.model = model;
        epsilon = Own(tensor(model.Config.NormEpsilon, float64, CPU));
        weights = [.. model.Layers.SelectMany(Weights), model.FinalNorm];
    }

    /// <summary>Stores keys and values of the tokens <paramref name="ids"/>, one for each row.</summary>
    /// <returns>[rows, hidden]: the state that the token after it is drawn from.</returns>
    public Tensor Step(long[] ids, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        var (positions, mask) = cache.NextInWhole();
        var (keys, values) = cache.Whole();
        var (cosines, sines) = model.Rotary.Upto(mask.shape[^1]);
        var (cosine, sine) = (cosines.index_select(0, positions), sines.index_select(0, positions));
        // x · [cos, cos] + [b, a] · [-sin, sin] for x = [a, b] is RotaryTurn in three kernels.
        return Script.invoke<Tensor>(
            "step", model.Embedding.index_select(0, tensor(ids)), weights, keys, values,
            cat([cosine, cosine], -1).unsqueeze(1), cat([-sine, sine], -1).unsqueeze(1),
            positions.view(-1, 1, 1, 1).expand(-1, model.Config.KeyValueHeads, 1, model.Config.HeadDim), mask, epsilon,
            model.Config.Heads, model.Config.AttentionBias, model.Config.QueryKeyNorm, rounded).MoveToOuterDisposeScope();
    }

    public void Dispose() => owned.ForEach(tensor => tensor.Dispose());

    private IEnumerable<Tensor> Weights(DecoderLayer layer)
    {
        Tensor Product(params Projection[] same) => Own(cat([.. same.Select(one => one.Weight)], 0).to(rounded ? ScalarType.BFloat16 : ScalarType.Float32));
        Tensor Single(Projection one) => rounded ? Own(one.Weight.to(ScalarType.BFloat16)) : one.Weight;
        Tensor[] all =
        [
            layer.InputNorm, Product(layer.Query, layer.Key, layer.Value), Single(layer.Output),
            layer.FeedForwardNorm, Product(layer.Gate, layer.Up), Single(layer.Down),
        ];
        Tensor[] biases = model.Config.AttentionBias ? [Own(cat([layer.Query.Bias!, layer.Key.Bias!, layer.Value.Bias!], 0))] : [];
        Tensor[] norms = model.Config.QueryKeyNorm ? [layer.QueryNorm!, layer.KeyNorm!] : [];
        return [.. all, .. biases, .. norms];
    }

    private Tensor Own(Tensor tensor)
    {
        owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
