using System.Text;
using System.Text.Json.Nodes;
using Rlaif.Learning.Text;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Text;

public sealed class TokenizerGgufTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tokenizer").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("gpt2", "gpt-2")]
    [InlineData("smollm", "smollm")]
    [InlineData("llama3", "llama-bpe")]
    [InlineData("qwen2", "qwen2")]
    public void A_converted_tokenizer_is_the_familys(string family, string pre)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(TokenizerGolden.Folder(family), "tokenizer.json")))!;
        // The format has no place for how an added token treats its surroundings.
        foreach (var token in json["added_tokens"]!.AsArray())
        {
            foreach (var field in new[] { "lstrip", "rstrip", "single_word", "normalized" })
            {
                token![field] = false;
            }
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json.ToJsonString());
        var original = Tokenizer.Read(folder);
        var converted = Tokenizer.Read(Gguf("gpt2", pre, json));

        Assert.Equal(original.Size, converted.Size);
        Assert.Equal(original.SpecialTexts, converted.SpecialTexts);
        Assert.All(TokenizerGolden.Of(family).Cases, golden =>
        {
            Assert.Equal(original.EncodeTemplate(golden.Text), converted.EncodeTemplate(golden.Text));
            Assert.Equal(original.Encode(golden.Text), converted.Encode(golden.Text));
            Assert.Equal(original.Decode(golden.Ids), converted.Decode(golden.Ids));
        });
    }

    [Theory]
    [InlineData("llama", "default")]
    [InlineData("gpt2", "falcon")]
    public void Another_kind_of_tokenizer_is_refused_by_name(string kind, string pre)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(TokenizerGolden.Folder("gpt2"), "tokenizer.json")))!;
        var path = Gguf(kind, pre, json);
        var error = Assert.Throws<InputException>(() => Tokenizer.Read(path));

        Assert.Equal($"{path} has a tokenizer of the kind {kind}, {pre}; supported are gpt2 with gpt-2, smollm, llama-bpe, qwen2.", error.Message);
    }

    /// <summary>A GGUF file (version 3) without tensors that holds the tokenizer of a tokenizer.json.</summary>
    private string Gguf(string kind, string pre, JsonNode json)
    {
        const uint text = 8, list = 9, int32 = 5;
        var vocabulary = json["model"]!["vocab"]!.AsObject().ToDictionary(t => t.Value!.GetValue<int>(), t => t.Key);
        var types = vocabulary.Keys.ToDictionary(id => id, _ => 1);
        foreach (var token in json["added_tokens"]!.AsArray().Select(t => t!))
        {
            var id = token["id"]!.GetValue<int>();
            vocabulary[id] = token["content"]!.GetValue<string>();
            types[id] = token["special"]!.GetValue<bool>() ? 3 : 4;
        }

        var merges = json["model"]!["merges"]!.AsArray().Select(m => m is JsonArray pair ? $"{pair[0]} {pair[1]}" : $"{m}").ToArray();
        var path = Path.Combine(folder, "model.gguf");
        using var file = new BinaryWriter(File.Create(path));
        file.Write("GGUF"u8);
        file.Write(3u);
        file.Write(0L);
        file.Write(5L);
        Key("tokenizer.ggml.model", text, () => Text(kind));
        Key("tokenizer.ggml.pre", text, () => Text(pre));
        Key("tokenizer.ggml.tokens", list, () => Items(text, [.. vocabulary.OrderBy(t => t.Key).Select(t => t.Value)], Text));
        Key("tokenizer.ggml.token_type", list, () => Items(int32, [.. types.OrderBy(t => t.Key).Select(t => t.Value)], file.Write));
        Key("tokenizer.ggml.merges", list, () => Items(text, merges, Text));
        return path;

        void Key(string name, uint type, Action value)
        {
            Text(name);
            file.Write(type);
            value();
        }

        void Items<T>(uint type, T[] items, Action<T> write)
        {
            file.Write(type);
            file.Write((long)items.Length);
            Array.ForEach(items, write);
        }

        void Text(string value)
        {
            file.Write((long)Encoding.UTF8.GetByteCount(value));
            file.Write(Encoding.UTF8.GetBytes(value));
        }
    }
}
