using System.Text.Json;
using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Judging;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Judging;

public class VerdictParserTests
{
    [Theory]
    [InlineData("judge-outputs", 230)]
    [InlineData("judge-outputs-composed", 400)]
    public void Every_recorded_output_has_its_outcome(string file, int count)
    {
        var cases = Cases(file);
        Assert.Equal(count, cases.Count);
        var wrong = cases.Where(one => Outcome(one, text => text) != Expected(one)).Select(Describe).ToArray();
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Prepend($"{wrong.Length} of {count}:")));
    }

    [Theory]
    [InlineData("judge-outputs")]
    [InlineData("judge-outputs-composed")]
    public void Blanks_around_and_line_ends_change_nothing(string file)
    {
        foreach (var one in Cases(file))
        {
            Assert.Equal(Expected(one), Outcome(one, text => $" \n\t{text.ReplaceLineEndings("\r\n")}\r\n "));
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"a\":")]
    [InlineData("{\"verdict\": {")]
    [InlineData("[[")]
    [InlineData("[[A")]
    [InlineData("```")]
    [InlineData("(")]
    [InlineData("\"\n")]
    [InlineData("**")]
    [InlineData("<|a")]
    [InlineData("Answer: ")]
    public void A_long_hostile_output_ends_in_time_as_a_failure(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 20_000)); // a quadratic step would take minutes
        Assert.NotNull(VerdictParser.Parse(text, JudgeFinish.Stop, new()).Failure);
    }

    [Fact]
    public void Any_text_gives_exactly_one_outcome() => Gen.String.Sample(text =>
    {
        var outcome = VerdictParser.Parse(text, JudgeFinish.Stop, new());
        Assert.Single(new object?[] { outcome.Verdict, outcome.Rating, outcome.Failure }, part => part is not null);
    }, seed: "0000000000000", iter: 2000);

    private static List<JsonElement> Cases(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path($"statistics/{file}.json")));
        return [.. document.RootElement.Clone().GetProperty("cases").EnumerateArray()];
    }

    private static VerdictOutcome Outcome(JsonElement one, Func<string, string> change)
    {
        var input = one.GetProperty("input");
        var finish = input.GetProperty("finishReason").GetString() switch
        {
            "length" => JudgeFinish.Length,
            "content_filter" => JudgeFinish.ContentFilter,
            _ => JudgeFinish.Stop,
        };
        var rating = input.TryGetProperty("scale", out var scale);
        return VerdictParser.Parse(change(input.GetProperty("text").GetString()!), finish, new()
        {
            Format = Enum.Parse<VerdictFormat>(input.GetProperty("format").GetString()!, ignoreCase: true),
            Labels = input.TryGetProperty("labels", out var labels)
                ? labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!) : new Dictionary<string, string>(),
            AllowTie = input.TryGetProperty("allowTie", out var tie) && tie.GetBoolean(),
            Low = rating ? scale[0].GetDouble() : 1,
            High = rating ? scale[1].GetDouble() : 10,
            IntegerOnly = input.TryGetProperty("integerOnly", out var integer) && integer.GetBoolean(),
            Fence = input.GetProperty("fence").GetString(),
            SingleToken = input.GetProperty("singleToken").GetBoolean(),
        });
    }

    private static VerdictOutcome Expected(JsonElement one)
    {
        var expect = one.GetProperty("expect");
        return new()
        {
            Verdict = expect.TryGetProperty("verdict", out var verdict) ? verdict.GetString() : null,
            Rating = expect.TryGetProperty("rating", out var rating) ? rating.GetDouble() : null,
            Failure = expect.TryGetProperty("failure", out var failure) ? Enum.Parse<FailureKind>(failure.GetString()!) : null,
        };
    }

    private static string Describe(JsonElement one) =>
        $"{one.GetProperty("name")}: {one.GetProperty("input").GetRawText()} expected {Expected(one)}, got {Outcome(one, text => text)}";
}
