using CsCheck;
using Rlaif.Learning.Text;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Text;

public class TokenizerTests
{
    // Every kind of thing that a pattern or a search looks for, side by side at random.
    private static readonly string[] Pieces =
    [
        "Hello", " world", "don't", "'S", "naïve", "cafe\u0301", "日本語", "한국", "𝔘𝔫𝔦", "𐐷", "👩‍👩‍👧", "😀", "²½Ⅷ①", "٣", "𝟘𝟙", "007",
        " ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00A0", "\u0085", "\u200B", "\uFEFF", "\0", "\uFFFD", "!?", "...", "_", "--",
        "<", "|", ">", "<|im_end|>", "<|endoftext|>", "<mask>", "<both>", "lookbook", "café", "é",
    ];

    private static readonly Gen<string> AnyText = Gen.OneOf(OneOf(Pieces), Gen.Int[1, 0x10FFFF].Select(ToText)).Array[0, 20].Select(string.Concat);

    public static TheoryData<string> Families => ["gpt2", "gpt2-prefix-space", "llama3", "qwen2", "smollm", "tekken", "deepseek-v3", "deepseek-llm"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Ids_and_texts_are_the_librarys(string family)
    {
        var golden = TokenizerGolden.Of(family);
        var tokenizer = TokenizerGolden.Family(family);

        Assert.Equal(golden.VocabSize, tokenizer.Size);
        Assert.All(golden.Cases, c => Matches(c, tokenizer));
    }

    [Fact]
    public void Ids_of_the_real_SmolLM2_vocabulary_are_the_librarys()
    {
        Assert.Equal(49152, TokenizerGolden.SmolLm2.Size);
        Assert.All(TokenizerGolden.OfSmolLm2().Cases, c => Matches(c, TokenizerGolden.SmolLm2));
    }

    [Fact]
    public void Untrusted_text_never_gives_a_special_token()
    {
        var tokenizer = TokenizerGolden.SmolLm2;
        var specials = tokenizer.SpecialTexts.Select(text => tokenizer.IdOf(text)!.Value).ToHashSet();

        Assert.All(tokenizer.SpecialTexts, text => Assert.Equal([tokenizer.IdOf(text)!.Value], tokenizer.EncodeTemplate(text)));
        Gen.OneOf(OneOf(tokenizer.SpecialTexts), AnyText).Array[0, 5].Select(string.Concat)
            .Sample(text => !tokenizer.Encode(text).Any(specials.Contains), seed: "0000KWpq5hg3", iter: 1000, threads: 1);
    }

    [Fact]
    public void A_shielded_text_in_a_template_is_encoded_as_untrusted_text()
    {
        const char shield = '\uE000';
        var tokenizer = TokenizerGolden.SmolLm2;
        AnyText.Sample(text =>
        {
            var shielded = string.Join(shield, text.Select(c => c.ToString()));
            int[] expected = [1, .. tokenizer.Encode("user\n" + text), 2, .. tokenizer.Encode("\n")];
            Assert.Equal(expected, tokenizer.EncodeTemplate($"<|im_start|>user\n{shielded}<|im_end|>\n", shield));
        }, seed: "0000KWpq5hg3", iter: 1000, threads: 1);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData("smollm")]
    [InlineData("deepseek-v3")]
    public void Decoding_gives_any_text_back(string family)
    {
        var tokenizer = TokenizerGolden.Family(family);
        // Tokens that take the white space around them lose it, as they are meant to.
        AnyText.Where(text => !text.Contains("<both>", StringComparison.Ordinal)).Sample(
            text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text), skipSpecials: false)), seed: "0000KWpq5hg3", iter: 2000, threads: 1);
    }

    [Fact]
    public void A_megabyte_without_a_space_is_encoded()
    {
        var text = new string('a', 1 << 20);

        Assert.Equal(text, TokenizerGolden.SmolLm2.Decode(TokenizerGolden.SmolLm2.Encode(text)));
    }

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character()
    {
        var tokenizer = TokenizerGolden.SmolLm2;

        Assert.Equal("a\uFFFDb\uFFFD", tokenizer.Decode(tokenizer.Encode("a\uD83Db\uDE00")));
    }

    [Fact]
    public void An_id_without_a_token_has_no_text()
    {
        Assert.Equal("", TokenizerGolden.SmolLm2.Decode([-1, 49152, int.MaxValue]));
    }

    [Fact]
    public void Several_threads_get_the_same_ids()
    {
        var tokenizer = TokenizerGolden.Family("smollm");
        var cases = TokenizerGolden.Of("smollm").Cases;

        Parallel.For(0, 8 * cases.Length, i => Assert.Equal(cases[i % cases.Length].Plain, tokenizer.EncodeTemplate(cases[i % cases.Length].Text)));
    }

    private static void Matches(TokenizerCase golden, Tokenizer tokenizer)
    {
        Assert.Equal(golden.Plain, tokenizer.EncodeTemplate(golden.Text));
        Assert.Equal(golden.IdsNotSplit ?? golden.Plain, tokenizer.Encode(golden.Text));
        var decoded = golden.Decoded ?? golden.Text;
        Assert.Equal(Own(decoded), tokenizer.Decode(golden.Ids, skipSpecials: false));
        Assert.Equal(Own(golden.DecodedSkip ?? decoded), tokenizer.Decode(golden.Ids));

        // The library takes the added token café for bytes (63 61 66 E9); we print its text.
        string Own(string text) => golden.DecodeQuirk ? text.Replace("caf\uFFFD", "café", StringComparison.Ordinal) : text;
    }

    private static Gen<string> OneOf(IReadOnlyList<string> texts) => Gen.Int[0, texts.Count - 1].Select(i => texts[i]);

    private static string ToText(int codePoint) => codePoint is >= 0xD800 and <= 0xDFFF ? "x" : char.ConvertFromUtf32(codePoint);
}
