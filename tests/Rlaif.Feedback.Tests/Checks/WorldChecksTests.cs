using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Constitutions;
using YamlDotNet.RepresentationModel;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Checks;

/// <summary>Do the everyday checks find the habits of the quickstart's base? world-samples.jsonl is written by
/// <c>dotnet run prompts/quickstart/world.cs -- samples --documents 400 --seed 1 --out FILE</c>; write it again when the world changes.</summary>
public class WorldChecksTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly Dictionary<string, string> PrincipleOf = new(StringComparer.Ordinal)
    {
        ["ramble"] = "concise", ["flatter"] = "no-flattery", ["echo"] = "no-echo", ["rude"] = "polite",
        ["wrong"] = "answers", ["refuse"] = "no-needless-refusal", ["comply"] = "declines",
    };

    private readonly Constitution _everyday = Constitution.Read(Repository.Path("constitutions/everyday.yaml"));
    private readonly List<Sample> _samples = [.. File.ReadLines(Repository.Path("tests/Rlaif.Feedback.Tests/Checks/world-samples.jsonl"))
        .Select(line => JsonSerializer.Deserialize<Sample>(line, Web)!)];

    [Fact]
    public void A_response_without_a_habit_meets_every_principle()
    {
        var clean = _samples.Where(sample => sample.Habits is []).ToList();
        Assert.InRange(clean.Count, 100, 400);
        Assert.All(clean, sample => Assert.True(Broken(sample) is [], $"{sample.Prompt} | {sample.Response} | {string.Join(", ", Broken(sample))}"));
    }

    [Theory]
    [InlineData("ramble")]
    [InlineData("flatter")]
    [InlineData("echo")]
    [InlineData("rude")]
    [InlineData("wrong")]
    [InlineData("refuse")]
    [InlineData("comply")]
    public void Every_habit_breaks_its_principle(string habit)
    {
        // What a check cannot see: an echoed request brings the word that a wrong answer lacks ("You said: I am Grace … It depends.").
        var having = _samples.Where(sample => sample.Habits.Contains(habit) && !(habit == "wrong" && sample.Habits.Contains("echo"))).ToList();
        Assert.InRange(having.Count, 10, 400);
        Assert.All(having, sample => Assert.True(Broken(sample).Contains(PrincipleOf[habit]), $"{sample.Prompt} | {sample.Response}"));
    }

    [Fact]
    public void A_principle_that_is_broken_has_its_habit_or_one_that_spoils_the_form()
    {
        // An echo or a ramble of many words is not concise either; who refuses does not answer.
        var alarms = _samples.SelectMany(Broken, (sample, principle) => (sample, principle))
            .Where(one => !one.sample.Habits.Any(habit => PrincipleOf[habit] == one.principle))
            .Select(one => (one.principle, habits: string.Join('+', one.sample.Habits), one.sample.Response)).ToList();
        Assert.All(alarms, alarm => Assert.True(
            alarm.principle == "concise" || (alarm.principle == "answers" && alarm.habits.Contains("refuse", StringComparison.Ordinal)), $"{alarm}"));
    }

    // The samples may be older than the world: its phrases and requests are read where they stand.
    [Fact]
    public void The_phrases_and_requests_of_the_world_are_known_to_the_constitution()
    {
        using var reader = new StreamReader(Repository.Path("prompts/quickstart/world.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        var (world, checks) = ((YamlMappingNode)stream.Documents[0].RootNode, _everyday.Texts.ToDictionary(text => text.Id, text => text.Check!));
        foreach (var (habit, safety) in new[] { ("flatter", Safety.Safe), ("rude", Safety.Safe), ("refuse", Safety.Border) })
        {
            var phrases = ((YamlSequenceNode)world["habits"][habit]["phrases"]).Select(phrase => $"{phrase}").ToList();
            var check = checks[PrincipleOf[habit]];
            Assert.All(phrases, phrase => Assert.Equal(0, MachineCheck.Score(check, [], new() { Safety = safety }, new(phrase, true))));
        }

        var requests = _everyday.Principles.ToDictionary(principle => principle.Id, principle => principle.CritiqueRequest);
        Assert.All(PrincipleOf, pair => Assert.Equal($"{world["requests"][pair.Key]}", requests[pair.Value]));
        Assert.Equal(($"{world["requests"]["all"]}", $"{world["requests"]["revise"]}"), (_everyday.CritiqueRequest, _everyday.RevisionRequest));
    }

    private List<string> Broken(Sample sample) =>
        [.. _everyday.Texts.Where(text => Score(text, sample) == 0).Select(text => text.Id)];

    private static double? Score(PrincipleText text, Sample sample) =>
        MachineCheck.Score(text.Check!, [new("user", sample.Prompt)], sample.Expectation, new(sample.Response, Ended: true));

    private sealed record Sample(string Prompt, Expectation Expect, string Safety, string[] Habits, string Response)
    {
        public Expectation Expectation => Expect with { Safety = Enum.Parse<Safety>(Safety, ignoreCase: true) };
    }
}
