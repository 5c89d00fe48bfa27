using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Labelers.Tests;

public partial class DocsTests
{
    private static readonly string Document = File.ReadAllText(Repository.Path("docs/labelers.md"));

    private static readonly LabelPreference Command = new()
    {
        Id = new("9b1dd4f6-4c6a-5f0e-8d53-5d1c2f8a7e10"),
        RunId = new("1f0a6c1e-2b8d-5a47-9c35-7e64d0b1a2c3"),
        PairId = new("c47d1b52-88a0-5e3f-b1d9-30f5a6e7c8d9"),
        Pool = "mine",
        Prompt = [new("system", "Be brief."), new("user", "What is the capital of Italy?")],
        First = new("Rome.", Ended: true),
        Second = new("The capital of Italy, which is a country in the south of", Ended: false),
        Principles = [new("ends", "Which response comes to an end, instead of being cut off?", """{"ended":true,"minWords":1}""")],
        Expectation = new() { Any = ["Rome"] },
        Guidelines = "Brief answers\n\nCompare the two responses under each principle by itself. ...",
        Constitution = "5a0c1e9f7b3d2468ace013579bdf02468ace13579bdf02468ace13579bdf0246",
        Deadline = new(2026, 11, 26, 18, 0, 0, TimeSpan.Zero),
    };

    private static readonly PreferenceLabeled Labeled = new()
    {
        Id = Command.Id,
        RunId = Command.RunId,
        PairId = Command.PairId,
        Pool = Command.Pool,
        Labeler = "mine/3",
        Votes = [new() { Principle = "ends", Preference = 1, Detail = "the second stops in the middle" }],
    };

    private static readonly PreferenceDeclined Declined =
        new(Command.Id, Command.RunId, Command.PairId, Command.Pool, "mine/3", FailureKind.NotQualified, "I read no Italian.");

    [Fact]
    public void The_examples_are_what_the_contracts_say()
    {
        var shown = JsonBlock().Matches(Document).Select(block => block.Groups["json"].Value).ToList();
        Assert.Equal(3, shown.Count);
        object[] messages = [Command, Labeled, Declined];
        Assert.All(messages.Zip(shown), one =>
        {
            var right = JsonNode.Parse(Json.Of(one.First))!;
            Assert.True(JsonNode.DeepEquals(right, JsonNode.Parse(one.Second)), $"docs/labelers.md should show\n{right.ToJsonString(new(Json.Options) { WriteIndented = true })}");
        });
    }

    [Fact]
    public void A_labeler_that_leaves_out_what_it_may_leave_out_is_understood()
    {
        var (shown, least) = (JsonNode.Parse(JsonBlock().Matches(Document)[1].Groups["json"].Value)!.AsObject(), new JsonObject());
        foreach (var name in new[] { "id", "runId", "pairId", "pool", "labeler", "votes" })
        {
            least[name] = shown[name]!.DeepClone();
        }

        Assert.Equal(Labeled.Votes, Json.Read<PreferenceLabeled>(least.ToJsonString()).Votes);
    }

    [Fact]
    public void Every_failure_and_every_field_of_a_vote_is_named()
    {
        var failures = Enum.GetValues<FailureKind>().Select(kind => Json.Of(kind).Trim('"'));
        Assert.All(failures, failure => Assert.Contains($"`{failure}`", Document, StringComparison.Ordinal));
        var fields = typeof(Vote).GetProperties().Concat(typeof(PreferenceLabeled).GetProperties()).Select(property => property.Name)
            .Where(name => name is not "Principle").Select(name => char.ToLowerInvariant(name[0]) + name[1..]);
        Assert.All(fields, field => Assert.Contains($"`{field}`", Document, StringComparison.Ordinal));
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex JsonBlock();
}
