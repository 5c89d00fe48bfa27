using Rlaif.Learning.Adapters;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Mixes values by how well keys answer queries: turned queries [batch, heads, time, width], turned keys and values
/// [batch, key/value heads, time, width] to [batch, heads, time, width].</summary>
internal delegate Tensor Attention(Tensor query, Tensor key, Tensor value);

/// <summary>One layer: attention and a gated feed-forward part, each behind an RMS norm and added to the stream.</summary>
internal sealed class DecoderLayer(ModelConfig config, int index, Func<string, Parameter?> weight, Func<string, LowRank?> adapter)
{
    public Parameter InputNorm => field ??= Of("input_layernorm.weight")!;
    public Projection Query => field ??= Projection("self_attn.q_proj");
    public Projection Key => field ??= Projection("self_attn.k_proj");
    public Projection Value => field ??= Projection("self_attn.v_proj");
    public Projection Output => field ??= Projection("self_attn.o_proj");
    public Parameter FeedForwardNorm => field ??= Of("post_attention_layernorm.weight")!;
    public Projection Gate => field ??= Projection("mlp.gate_proj");
    public Projection Up => field ??= Projection("mlp.up_proj");
    public Projection Down => field ??= Projection("mlp.down_proj");

    public Parameter? QueryNorm => Of("self_attn.q_norm.weight");
    public Parameter? KeyNorm => Of("self_attn.k_norm.weight");

    private Parameter? Of(string name) => weight($"model.layers.{index}.{name}");

    private Projection Projection(string name) => new(Of($"{name}.weight")!, Of($"{name}.bias"), adapter($"model.layers.{index}.{name}"));

    /// <summary>[batch, time, hidden] to the same; the tables broadcast over [batch, heads, time, width / 2].</summary>
    public Tensor Forward(Tensor x, Tensor cosines, Tensor sines, Attention attend)
    {
        var (batch, time) = (x.shape[0], x.shape[1]);
        var projected = NormedProjections.Of(x, InputNorm, config.NormEpsilon, Query, Key, Value);
        Tensor Heads(int which, int heads) => projected[which].view(batch, time, heads, config.HeadDim).transpose(1, 2);        // [batch, heads, time, width]
        var query = RotaryTurn.Of(HeadNorm(Heads(0, config.Heads), QueryNorm), cosines, sines);
        var key = RotaryTurn.Of(HeadNorm(Heads(1, config.KeyValueHeads), KeyNorm), cosines, sines);
        var mixed = attend(query, key, Heads(2, config.KeyValueHeads));
        var attended = Output.Of(mixed.transpose(1, 2).reshape(batch, time, config.Heads * config.HeadDim)).add_(x);
        return GatedFeedForward.Of(this, attended, config.NormEpsilon);
    }

    /// <summary>Every token sees itself and those before it.</summary>
    public static Tensor Causal(Tensor query, Tensor key, Tensor value) => Within(query, key, value, ((int)query.shape[2], null));

    /// <summary>A token sees of its span what the mask, added to the scores, does not make -∞: itself and some of those before it.</summary>
    /// <param name="query">[batch, heads, time, width].</param>
    /// <param name="key">[batch, key/value heads, time, width].</param>
    /// <param name="value">As the keys.</param>
    /// <param name="spans">What attends by itself, along time. Mask: [batch or 1, 1, length, length]; null: every token sees itself and those before it.</param>
    public static Tensor Within(Tensor query, Tensor key, Tensor value, params IReadOnlyList<(int Length, Tensor? Mask)> spans) =>
        BlockedAttention.Reaches(query) ? BlockedAttention.Of(query, key, value, spans) : ByLibTorch(query, key, value, spans);

    /// <summary>The same by LibTorch's own kernel, wherever the tensors lie.</summary>
    internal static Tensor ByLibTorch(Tensor query, Tensor key, Tensor value, params IReadOnlyList<(int Length, Tensor? Mask)> spans)
    {
        using var scope = NewDisposeScope();
        var lengths = spans.Select(span => (long)span.Length).ToArray();
        var shared = query.shape[1] / key.shape[1];
        var (queries, keys, values) = (query.split(lengths, 2), Grouped(key, shared).split(lengths, 2), Grouped(value, shared).split(lengths, 2));
        Tensor[] mixed = [.. spans.Select((span, i) => nn.functional.scaled_dot_product_attention(queries[i], keys[i], values[i], span.Mask, is_casual: span.Mask is null))];
        // What comes next wants the heads of a token side by side in memory.
        return (mixed.Length == 1 ? mixed[0] : cat([.. mixed.Select(one => one.transpose(1, 2))], 1).transpose(1, 2)).MoveToOuterDisposeScope();
    }

    // Of each head by itself, [batch, heads, time, width].
    private Tensor HeadNorm(Tensor x, Parameter? weight) => weight is null ? x : RmsNorm.Of(x, weight, config.NormEpsilon);

    // A key/value head serves query heads in a row.
    private static Tensor Grouped(Tensor x, long shared)
    {
        if (shared == 1)
        {
            return x;
        }

        var (batch, heads, time, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        return x.unsqueeze(2).expand(batch, heads, shared, time, width).reshape(batch, heads * shared, time, width);
    }
}
