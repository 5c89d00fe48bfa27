using System.Text.Json.Nodes;
using CsCheck;
using Rlaif.Learning.Text;

namespace Rlaif.Learning.Tests.Text;

public sealed class BpeTrainingTests : IDisposable
{
    private static readonly string[] Specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    private readonly string folder = Directory.CreateTempSubdirectory("tokenizer").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_a_tie_goes_to_the_smaller_ids()
    {
        // Words, a space before each: " ab" 3 times, " abc" twice, " cd" once; " a" and "ab" tie at 5.
        // Bytes are 3 + their place in the alphabet's order: a 67, b 68, c 69, space 223 (shown Ġ).
        var tokenizer = BpeTraining.Train(["ab ab ab abc abc cd"], 262, Specials);

        Assert.Equal([["a", "b"], ["Ġ", "ab"], ["Ġab", "c"]], Merges(tokenizer));
        Assert.Equal(262, tokenizer.Size);
        Assert.Equal([261, 260, 223, 69, 70], tokenizer.Encode("abc ab cd"));
    }

    [Fact]
    public void Ids_are_the_specials_then_the_bytes_then_the_merges()
    {
        var tokenizer = BpeTraining.Train(["aa aa"], 260, Specials);

        Assert.Equal(Specials, tokenizer.SpecialTexts);
        Assert.Equal([0, 1, 2], Specials.Select(text => tokenizer.IdOf(text)));
        Assert.Equal("!", tokenizer.Decode([3]));
        Assert.Equal([223, 259], tokenizer.Encode("aa"));
    }

    [Fact]
    public void Training_ends_early_when_no_pair_occurs_twice()
    {
        Assert.Equal(3 + 256, BpeTraining.Train(["one two"], 1024, Specials).Size);
    }

    [Fact]
    public void No_merge_spells_a_special_token()
    {
        var tokenizer = BpeTraining.Train(["maskmask mask mask mask"], 1024, ["mask"]);

        Assert.DoesNotContain(0, tokenizer.Encode("mask maskmask amask mask"));
        Assert.Equal([0], tokenizer.EncodeTemplate("mask"));
    }

    [Fact]
    public void The_same_texts_give_the_same_bytes_in_any_order()
    {
        var texts = TokenizerGolden.Of("gpt2").Cases.Select(c => c.Text).ToArray();

        Assert.Equal(Written(BpeTraining.Train(texts, 600, Specials)), Written(BpeTraining.Train(texts.Reverse(), 600, Specials)));
    }

    [Fact]
    public void A_trained_tokenizer_reads_back_and_gives_any_text_back()
    {
        var texts = TokenizerGolden.Of("gpt2").Cases.Select(c => c.Text).ToArray();
        var trained = BpeTraining.Train(texts, 600, Specials);
        trained.Write(folder);
        var back = Tokenizer.Read(folder);

        Assert.Equal(600, back.Size);
        Gen.OneOf(Gen.Int[0, texts.Length - 1].Select(i => texts[i]), Gen.String).Sample(text =>
        {
            var ids = trained.Encode(text);
            Assert.Equal(ids, back.Encode(text));
            // Invalid UTF-16 apart, the text comes back behind the space that it was given.
            var valid = string.Concat(text.EnumerateRunes());
            Assert.Equal(valid is "" || valid[0] == ' ' ? valid : " " + valid, back.Decode(ids));
        }, seed: "0000KWpq5hg3", iter: 1000, threads: 1);
    }

    [Fact]
    public void A_vocabulary_too_small_for_the_bytes_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BpeTraining.Train(["text"], 258, Specials));
    }

    private string[][] Merges(Tokenizer tokenizer) =>
        [.. JsonNode.Parse(Written(tokenizer))!["model"]!["merges"]!.AsArray().Select(pair => pair!.AsArray().GetValues<string>().ToArray())];

    private byte[] Written(Tokenizer tokenizer)
    {
        tokenizer.Write(folder);
        return File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"));
    }
}
