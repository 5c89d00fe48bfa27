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

    [Fact]
    public void A_list_of_the_wrong_kind_in_a_config_is_refused_with_one_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("rlaif-config").FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type":"llama","architectures":[1]}""");
        Assert.EndsWith(
            "config.json has a architectures that is not a list of texts.", Assert.Throws<InputException>(() => ModelFolder.ReadConfig(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(6, 4, 8)]
    [InlineData(6, 2, 3)]
    [InlineData(6, 2, 0)]
    public void Heads_that_do_not_divide_are_refused_whatever_the_file(int heads, int keyValueHeads, int width)
    {
        var config = ModelFolder.ReadConfig(Fixtures.Path("gguf/tiny-llama.f32.gguf")) with { Heads = heads, KeyValueHeads = keyValueHeads, HeadDim = width };
        Assert.Equal(
            $"m has {heads} attention heads on {keyValueHeads} key/value heads of width {width}; they must divide evenly.",
            Assert.Throws<InputException>(() => HeadShape.Checked(config, "m")).Message);
    }

    [Fact]
    public Task A_gguf_file_is_known_by_its_content_and_not_by_its_name() => TorchThread.Run(() =>
    {
        var plain = Path.Combine(Directory.CreateTempSubdirectory("rlaif-gguf").FullName, "blob");
        File.Copy(Fixtures.Path("gguf/tiny-llama.f32.gguf"), plain);
        Assert.Equal("llama", ModelFolder.ReadConfig(plain).Architecture);
        ModelFolder.ReadModel(plain, trainable: false).Dispose();
        File.WriteAllText(plain, "a text");
        Assert.Contains("it does not begin with GGUF", Assert.Throws<InputException>(() => ModelFolder.ReadModel(plain, trainable: false)).Message, StringComparison.Ordinal);
        File.Delete(plain);
    }, TestContext.Current.CancellationToken);

    [Fact]
    public void Weights_that_cannot_be_decoded_are_refused_with_their_file()
    {
        var path = Fixtures.Path("gguf/tiny-llama.f32.gguf");
        var file = GgufFile.Open(path);
        var refused = Assert.Throws<InputException>(() => file.Dequantise(file.Tensors[0] with { Type = GgufType.Of(12)! }));
        Assert.StartsWith($"{path} has {file.Tensors[0].Name} in weights of type Q4_K, which cannot be read; take one in F32, ", refused.Message, StringComparison.Ordinal);
    }

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
