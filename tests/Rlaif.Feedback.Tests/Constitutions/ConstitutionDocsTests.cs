using System.Text.RegularExpressions;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Constitutions;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Constitutions;

public partial class ConstitutionDocsTests
{
    private readonly string _page = File.ReadAllText(Repository.Path("docs/constitutions.md"));

    [Fact]
    public void The_example_of_the_page_can_be_used_as_it_stands()
    {
        var yaml = YamlBlock().Match(_page).Groups["yaml"].Value;
        var report = ConstitutionCheck.Run(Constitution.Parse(yaml, "docs/constitutions.md"));
        Assert.Equal([true, true, true], report.Results.Select(result => result.Passed));
    }

    [Fact]
    public void The_page_names_every_rule() =>
        Assert.All(CheckRules.Known.Keys, rule => Assert.Contains($"`{rule}: ", _page, StringComparison.Ordinal));

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline, matchTimeoutMilliseconds: -1)]
    private static partial Regex YamlBlock();
}
