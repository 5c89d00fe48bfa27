using CsCheck;
using Rlaif.Cli.Looking;

namespace Rlaif.Cli.Tests.Looking;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain é 漢字 ☃", "plain é 漢字 ☃")]
    [InlineData("\u001b]0;title\u0007\u001b[2Jx", "]0;title[2Jx")]
    [InlineData("a\u009b31mb\u0008\u007f\0", "a31mb")]
    [InlineData("user\u202eexe.txt\u2066\u2069\u200f", "userexe.txt")]
    [InlineData("a\u200bb\ufeffc\U000E0041", "abc")]
    [InlineData("one\r\ntwo\rthree\u2028four\tfive", "one\ntwo\nthree\nfour five")]
    [InlineData("\U0001F469\u200d\U0001F52C", "\U0001F469\u200d\U0001F52C")]
    public void What_a_terminal_would_act_on_is_gone_and_the_rest_stays(string text, string clean) => Assert.Equal(clean, TerminalText.Clean(text));

    [Fact]
    public void No_text_moves_a_terminal_or_breaks_a_table() => Gen.String.Sample(text =>
    {
        var clean = TerminalText.Clean(text);
        Assert.DoesNotContain(clean, c => char.IsControl(c) && c != '\n');
        Assert.Equal(clean, TerminalText.Clean(clean));
        var shown = ReadConsole.Of(console => console.Write(Columns.Of("[bold]a", ">b").Add(text, "[/x]" + text)));
        Assert.Contains("[/x]", shown, StringComparison.Ordinal);
    });

    [Fact]
    public void Half_of_a_surrogate_pair_is_shown_as_a_replacement() => Assert.Equal("half \ufffd pair", TerminalText.Clean("half \ud800 pair"));

    [Fact]
    public void A_long_line_is_cut_between_characters()
    {
        Assert.Equal("ab c…", TerminalText.Line("ab\ncdef", 4));
        Assert.Equal("a…", TerminalText.Line("a\U0001F469b", 2));
    }
}
