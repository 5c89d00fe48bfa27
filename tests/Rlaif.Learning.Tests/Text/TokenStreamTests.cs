using CsCheck;
using Rlaif.Learning.Text;

namespace Rlaif.Learning.Tests.Text;

public class TokenStreamTests
{
    [Theory]
    [MemberData(nameof(TokenizerTests.Families), MemberType = typeof(TokenizerTests))]
    public void Only_complete_characters_are_shown(string family)
    {
        var tokenizer = TokenizerGolden.Family(family);
        Assert.All(TokenizerGolden.Of(family).Streams!, golden =>
        {
            var stream = new TokenStream(tokenizer, skipSpecials: false);
            var chunks = golden.Ids.Select(stream.Add).ToArray();
            var flush = stream.Flush();
            if (golden.Ids.Contains(tokenizer.IdOf("café")!.Value))
            {
                // The library takes this added token for bytes (63 61 66 E9); we print its text.
                var text = string.Concat(golden.Chunks) + golden.Flush;
                Assert.Equal(text.Replace("caf\uFFFD", "café", StringComparison.Ordinal), string.Concat(chunks) + flush);
                return;
            }

            Assert.Equal(golden.Chunks, chunks);
            Assert.Equal(golden.Flush, flush);
        });
    }

    [Fact]
    public void Chunks_of_any_ids_add_up_to_the_decoded_text()
    {
        var tokenizer = TokenizerGolden.SmolLm2;
        // The first ids are special tokens and single bytes: broken characters beside marks.
        Gen.Select(Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, tokenizer.Size]).Array[0, 30], Gen.Bool).Sample((ids, skipSpecials) =>
        {
            var stream = new TokenStream(tokenizer, skipSpecials);
            var shown = string.Concat(ids.Select(stream.Add)) + stream.Flush();
            Assert.Equal(tokenizer.Decode(ids, skipSpecials), shown);
        }, seed: "0000KWpq5hg3", iter: 2000, threads: 1);
    }
}
