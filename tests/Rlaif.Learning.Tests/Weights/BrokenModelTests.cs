using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Learning.Tests.Weights;

public class BrokenModelTests
{
    // What the fixtures let a loader decide: these read, with or without a warning. All others must be refused.
    private static readonly string[] Readable = ["good", "old-buffer", "nan-weights", "index-wrong-shard", "good.gguf", "version-2.gguf", "alignment-64.gguf"];

    // What the sentence must name, where the fixtures say so.
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["unknown-dtype"] = "F7",
        ["missing-tensor"] = "down_proj",
        ["extra-tensor"] = "model.layers.1.mlp.down_proj.weight",
        ["wrong-shape"] = "[8, 8]",
        ["transposed"] = "[12, 8]",
        ["integer-weights"] = "model.norm.weight",
        ["missing-shard"] = "model-00002-of-00002.safetensors",
        ["pickle-only"] = "pickle",
        ["no-weights"] = "model.safetensors",
        ["no-config"] = "config.json",
        ["config-unknown-architecture"] = "Mamba",
        ["config-missing-field"] = "hidden_size",
        ["config-wrong-type"] = "hidden_size",
        ["config-unknown-rope"] = "spiral",
        ["config-unknown-activation"] = "swash",
        ["config-quantized"] = "quant",
        ["version-1.gguf"] = "version 1",
        ["version-99.gguf"] = "version 99",
        ["big-endian.gguf"] = "big-endian",
        ["offset-out-of-range.gguf"] = "output_norm.weight",
        ["tensor-past-end.gguf"] = "token_embd.weight",
        ["unknown-tensor-type.gguf"] = "250",
        ["no-architecture.gguf"] = "general.architecture",
        ["unknown-architecture.gguf"] = "mamba",
        ["missing-metadata.gguf"] = "embedding_length",
    };

    [Fact]
    public Task Every_broken_folder_is_refused_with_one_sentence() => Check("models/broken", path => ModelFolder.ReadModel(path, trainable: false).Dispose());

    [Fact]
    public Task Every_broken_gguf_file_is_refused_with_one_sentence() => Check("gguf/broken", path =>
    {
        if (Readable.Contains(Path.GetFileName(path), StringComparer.Ordinal))
        {
            Assert.NotEmpty(GgufFile.Open(path).Tensors);       // containers: there is no whole model in them
        }
        else
        {
            ModelFolder.ReadModel(path, trainable: false).Dispose();
        }
    });

    private static Task Check(string folder, Action<string> read)
    {
        var names = Names(Fixtures.Path($"{folder}/broken.json"));
        Assert.True(names.Length > 30);
        return TorchThread.Run(() => Assert.All(names, name =>
        {
            var path = Fixtures.Path($"{folder}/{name}");
            if (Readable.Contains(name, StringComparer.Ordinal))
            {
                read(path);
                return;
            }

            var refused = Assert.Throws<InputException>(() => read(path));
            Assert.Contains(Named.GetValueOrDefault(name, ""), refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }), TestContext.Current.CancellationToken);
    }

    private static string[] Names(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return [.. json.RootElement.EnumerateObject().Select(one => one.Name)];
    }
}
