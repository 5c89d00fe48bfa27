using System.Text.Json.Nodes;
using Rlaif.Learning.Text;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Text;

public sealed class TokenizerFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tokenizer").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_tokenizer_from_a_folder_is_written_as_it_was_read()
    {
        TokenizerGolden.Family("qwen2").Write(folder);

        var original = Path.Combine(TokenizerGolden.Folder("qwen2"), "tokenizer.json");
        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
    }

    [Fact]
    public void A_tokenizer_from_a_GGUF_file_reads_back_with_the_same_ids()
    {
        TokenizerGolden.SmolLm2.Write(folder);
        var back = Tokenizer.Read(folder);

        Assert.Equal(TokenizerGolden.SmolLm2.SpecialTexts, back.SpecialTexts);
        Assert.All(TokenizerGolden.OfSmolLm2().Cases, golden =>
        {
            Assert.Equal(golden.Plain, back.EncodeTemplate(golden.Text));
            Assert.Equal(golden.IdsNotSplit ?? golden.Plain, back.Encode(golden.Text));
            Assert.Equal(golden.Decoded ?? golden.Text, back.Decode(golden.Ids, skipSpecials: false));
        });
    }

    [Theory]
    [InlineData("llama2-legacy", "normalizer is Prepend")]
    [InlineData("mistral-metaspace", "pre-tokenizer is Metaspace")]
    [InlineData("metaspace-unk", "pre-tokenizer is Metaspace")]
    [InlineData("gemma", "normalizer is Replace")]
    public void A_tokenizer_over_characters_is_refused_by_the_part_that_is_not_supported(string family, string part)
    {
        var error = Assert.Throws<InputException>(() => TokenizerGolden.Family(family));

        Assert.Contains("tokenizer.json cannot be used: its " + part + ", and only byte-level BPE", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.type", "\"Unigram\"", "its model is Unigram")]
    [InlineData("model.byte_fallback", "true", "its model is a BPE with byte_fallback")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "its model is a BPE with subword prefixes or suffixes")]
    [InlineData("model.dropout", "0.1", "its model is a BPE with dropout")]
    [InlineData("model.vocab", "null", "has no model.vocab")]
    [InlineData("model.vocab", "[1]", "malformed")]
    [InlineData("model.vocab", """{"a":"b"}""", "at model.vocab")]
    [InlineData("model.vocab", """{"a":0,"b":0}""", "its token id 0 is there twice")]
    [InlineData("model.vocab", """{"a":-1}""", "token ids from -1")]
    [InlineData("model.vocab", """{"a":2000000000}""", "to 2000000000")]
    [InlineData("model.merges", "null", "has no model.merges")]
    [InlineData("model.merges", """["a b c"]""", "malformed")]
    [InlineData("model.merges", """[["a", null]]""", "malformed")]
    [InlineData("model.merges", """["q q"]""", "its merge of q and q speaks of a token that is not in the vocabulary")]
    [InlineData("model", "null", "has no model")]
    [InlineData("decoder", "null", "its decoder is missing")]
    [InlineData("normalizer", """{"type":"Lowercase"}""", "its normalizer is Lowercase")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Strip"}]}""", "its normalizer is Strip,")]
    [InlineData("pre_tokenizer", "null", "one that does not end in ByteLevel")]
    [InlineData("pre_tokenizer.pretokenizers.0.type", "\"Punctuation\"", "its pre-tokenizer is Punctuation")]
    [InlineData("pre_tokenizer.pretokenizers.0", """{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}""", "has the pattern (")]
    [InlineData("pre_tokenizer.pretokenizers.0", """{"type":"Split","pattern":{"Regex":"a"},"behavior":"MergedWithNext"}""", "MergedWithNext")]
    [InlineData("pre_tokenizer.pretokenizers.1.add_prefix_space", "true", "a ByteLevel with add_prefix_space after other steps")]
    [InlineData("added_tokens.0.content", "\"\"", "it has an added token without a text")]
    [InlineData("added_tokens.0", "null", "it has an added token without a text")]
    [InlineData("added_tokens.0.id", "\"x\"", "at added_tokens[0].id")]
    public void A_part_that_cannot_be_used_is_named(string part, string json, string expected)
    {
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(TokenizerGolden.Folder("smollm"), "tokenizer.json")))!;
        var names = part.Split('.');
        var parent = names[..^1].Aggregate(file, (node, name) => node is JsonArray list ? list[int.Parse(name)]! : node[name]!);
        if (parent is JsonArray items)
        {
            items[int.Parse(names[^1])] = JsonNode.Parse(json);
        }
        else
        {
            parent[names[^1]] = JsonNode.Parse(json);
        }

        Refused(file.ToJsonString(), expected);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("null", "malformed")]
    [InlineData("[]", "malformed")]
    [InlineData("""{"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{},"merges":[]}}""", "it has no token")]
    [InlineData("{\n\"model\": {", "line 2")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}""", "twice")]
    public void Malformed_JSON_is_refused_with_its_place(string json, string expected) => Refused(json, expected);

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<InputException>(() => Tokenizer.Read(folder));

        Assert.Equal($"{Path.Combine(folder, "tokenizer.json")} is missing; name a model folder that holds one, or a GGUF file.", error.Message);
    }

    private void Refused(string json, string expected)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        File.WriteAllText(path, json);
        var error = Assert.Throws<InputException>(() => Tokenizer.Read(folder));

        Assert.StartsWith(path + " ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
