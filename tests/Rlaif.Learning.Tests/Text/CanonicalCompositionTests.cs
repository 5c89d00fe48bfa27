using CsCheck;
using Rlaif.Learning.Text;

namespace Rlaif.Learning.Tests.Text;

public class CanonicalCompositionTests
{
    // Expected forms from the Unicode standard's own NormalizationTest.txt.
    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]                       // marks in order of their classes
    [InlineData("\u1E69", "\u1E69")]
    [InlineData("s\u0307\u0323", "\u1E69")]                            // composes over a mark of a lower class
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("\u0958", "\u0915\u093C")]                             // excluded from composition
    [InlineData("\u2126\u212B", "\u03A9\u00C5")]                       // singletons
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]                       // hangul
    [InlineData("\uD55C\u11A8", "\uD55C\u11A8")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]           // supplementary, excluded
    [InlineData("\uD804\uDC99\uD804\uDCBA", "\uD804\uDC9A")]           // supplementary, composes
    [InlineData("\u0301", "\u0301")]
    [InlineData("", "")]
    public void Text_is_composed_as_the_standard_says(string text, string expected) => Assert.Equal(expected, CanonicalComposition.Of(text));

    [Fact]
    public void Composed_text_stays_as_it_is()
    {
        Gen.OneOf(Gen.Int[0x20, 0x34F], Gen.Int[0x900, 0xFFF], Gen.Int[0x1100, 0x11FF], Gen.Int[0xAC00, 0xD7A3]).Array[0, 12].Sample(codes =>
        {
            var once = CanonicalComposition.Of(string.Concat(codes.Select(char.ConvertFromUtf32)));
            Assert.Equal(once, CanonicalComposition.Of(once));
        }, seed: "0000KWpq5hg3", iter: 5000, threads: 1);
    }
}
