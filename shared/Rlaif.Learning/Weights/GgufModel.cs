using Rlaif.Learning.Models;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Weights;

/// <summary>A language model out of a GGUF file: llama.cpp's names and its order of query and key rows become Hugging Face's.</summary>
internal static class GgufModel
{
    private static readonly (string Theirs, string Ours)[] Parts =
    [
        ("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.o_proj"), ("ffn_norm", "post_attention_layernorm"), ("ffn_gate", "mlp.gate_proj"),
        ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"),
    ];

    public static LanguageModel Read(GgufFile file, bool trainable)
    {
        using var noGradient = no_grad();
        var config = Config(file);
        var weights = WeightShape.Of(config).Select(weight => new NamedWeight(weight.Name, LanguageModel.OwnParameter(Values(file, config, weight), trainable)));
        return new(config, [.. weights]);
    }

    public static ModelConfig Config(GgufFile file)
    {
        var data = file.Metadata;
        var family = data.Text("general.architecture");
        if (family is not ("llama" or "qwen2"))
        {
            throw new InputException($"{file.Path} holds a model of the architecture {family}; supported are llama and qwen2.");
        }

        int Size(string key) => data.Integer($"{family}.{key}") is > 0 and <= int.MaxValue and var size ? (int)size
            : throw new InputException($"{file.Path} has a {family}.{key} that is no whole number from 1.");
        int SizeOr(string key, int absent) => data.Has($"{family}.{key}") ? Size(key) : absent;
        int? Token(string key) => data.Has($"tokenizer.ggml.{key}_token_id") ? (int)data.Integer($"tokenizer.ggml.{key}_token_id") : null;
        var (hidden, heads) = (Size("embedding_length"), Size("attention.head_count"));
        var head = SizeOr("attention.key_length", hidden / heads);
        var config = new ModelConfig
        {
            Architecture = family,
            HiddenSize = hidden,
            Layers = Size("block_count"),
            Heads = heads,
            KeyValueHeads = SizeOr("attention.head_count_kv", heads),
            HeadDim = head,
            FeedForward = Size("feed_forward_length"),
            Vocabulary = SizeOr("vocab_size", data.Has("tokenizer.ggml.tokens") ? data.Texts("tokenizer.ggml.tokens").Length : Rows(file)),
            MaxPositions = Size("context_length"),
            RopeTheta = data.Has($"{family}.rope.freq_base") ? data.Number($"{family}.rope.freq_base") : 10_000,
            RopeScaling = Scaling(file, family),
            NormEpsilon = Rounded(data.Number($"{family}.attention.layer_norm_rms_epsilon")),
            TiedEmbeddings = file.Find("output.weight") is null,
            AttentionBias = family == "qwen2",
            BosTokenId = Token("bos"),
            EosTokenIds = [.. new[] { Token("eos"), Token("eot") }.OfType<int>().Distinct()],
            PadTokenId = Token("padding"),
        };
        return HeadShape.Checked(config, file.Path);
    }

    private static int Rows(GgufFile file) => (int)(file.Find("token_embd.weight")?.Shape[0] ?? 0);

    // Stored as f32: 1e-5 reads as 9.99999974737875e-06.
    private static double Rounded(double epsilon) => double.Parse(((float)epsilon).ToString("G7"));

    private static RopeScaling? Scaling(GgufFile file, string family)
    {
        if (file.Find("rope_freqs.weight") is { } factors)
        {
            using var values = file.Dequantise(factors);
            return new() { Kind = "factors", Divisors = values.data<float>().ToArray() };
        }

        var key = $"{family}.rope.scaling.type";
        return file.Metadata.Has(key) && file.Metadata.Text(key) != "none"
            ? throw new InputException($"{file.Path} has the rope scaling {file.Metadata.Text(key)}; supported in GGUF files is none, or factors in rope_freqs.weight.")
            : null;
    }

    private static Tensor Values(GgufFile file, ModelConfig config, WeightShape weight)
    {
        var name = TheirName(weight.Name);
        var tensor = file.Find(name) ?? throw new InputException($"{file.Path} has no tensor {name}, which its metadata call for; fetch or convert it again.");
        if (!tensor.Shape.AsSpan().SequenceEqual(weight.Shape))
        {
            throw new InputException($"{file.Path}: {name} has the shape [{string.Join(", ", tensor.Shape)}], the metadata call for [{string.Join(", ", weight.Shape)}].");
        }

        var values = file.Dequantise(tensor);
        var heads = name.EndsWith("attn_q.weight", StringComparison.Ordinal) ? config.Heads : name.EndsWith("attn_k.weight", StringComparison.Ordinal) ? config.KeyValueHeads : 0;
        if (heads == 0 || config.Architecture != "llama")
        {
            return values;
        }

        // llama.cpp turns adjacent pairs, Hugging Face the two halves of a head: rows (head, i, half) become (head, half, i).
        using (values)
        {
            return values.view(heads, config.HeadDim / 2, 2, config.HiddenSize).transpose(1, 2).reshape(weight.Shape).contiguous();
        }
    }

    private static string TheirName(string ours)
    {
        if (!ours.StartsWith("model.layers.", StringComparison.Ordinal))
        {
            return ours switch { "model.embed_tokens.weight" => "token_embd.weight", "model.norm.weight" => "output_norm.weight", _ => "output.weight" };
        }

        var rest = ours["model.layers.".Length..];
        var (layer, part, kind) = (rest[..rest.IndexOf('.', StringComparison.Ordinal)], rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..rest.LastIndexOf('.')], rest[rest.LastIndexOf('.')..]);
        return $"blk.{layer}.{Array.Find(Parts, p => p.Ours == part).Theirs}{kind}";
    }
}
