using TorchSharp.Modules;

namespace Rlaif.Learning.Models;

/// <summary>One weight of a model under its Hugging Face name; the parameter itself, not a copy.</summary>
public sealed record NamedWeight(string Name, Parameter Value);

/// <summary>A weight that a model of some shape must have.</summary>
public sealed record WeightShape(string Name, long[] Shape)
{
    /// <summary>All weights of a language model, in file order (ordinal by name, as safetensors files of transformers are).</summary>
    public static IReadOnlyList<WeightShape> Of(ModelConfig config)
    {
        int query = config.Heads * config.HeadDim, keyValue = config.KeyValueHeads * config.HeadDim, hidden = config.HiddenSize;
        List<WeightShape> all = [new("model.embed_tokens.weight", [config.Vocabulary, hidden]), new("model.norm.weight", [hidden])];
        if (!config.TiedEmbeddings)
        {
            all.Add(new("lm_head.weight", [config.Vocabulary, hidden]));
        }

        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            all.Add(new(prefix + "input_layernorm.weight", [hidden]));
            all.Add(new(prefix + "self_attn.q_proj.weight", [query, hidden]));
            all.Add(new(prefix + "self_attn.k_proj.weight", [keyValue, hidden]));
            all.Add(new(prefix + "self_attn.v_proj.weight", [keyValue, hidden]));
            all.Add(new(prefix + "self_attn.o_proj.weight", [hidden, query]));
            all.Add(new(prefix + "post_attention_layernorm.weight", [hidden]));
            all.Add(new(prefix + "mlp.gate_proj.weight", [config.FeedForward, hidden]));
            all.Add(new(prefix + "mlp.up_proj.weight", [config.FeedForward, hidden]));
            all.Add(new(prefix + "mlp.down_proj.weight", [hidden, config.FeedForward]));
            if (config.AttentionBias)
            {
                all.Add(new(prefix + "self_attn.q_proj.bias", [query]));
                all.Add(new(prefix + "self_attn.k_proj.bias", [keyValue]));
                all.Add(new(prefix + "self_attn.v_proj.bias", [keyValue]));
            }

            if (config.QueryKeyNorm)
            {
                all.Add(new(prefix + "self_attn.q_norm.weight", [config.HeadDim]));
                all.Add(new(prefix + "self_attn.k_norm.weight", [config.HeadDim]));
            }
        }

        all.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return all;
    }
}
