using Rlaif.Cli.Labeling;
using Rlaif.Cli.Tests.Looking;
using Rlaif.Contracts;

namespace Rlaif.Cli.Tests.Labeling;

public class LabelSessionTests
{
    private const string Ada = "human/ada";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // On which side the first response of a pair stands for ada: pairs of both kinds are among these.
    private static IReadOnlyList<int> Straight { get; } = [.. Enumerable.Range(0, 20).Where(i => IsStraight(i, Ada))];

    private static IReadOnlyList<int> Turned { get; } = [.. Enumerable.Range(0, 20).Except(Straight)];

    [Theory]
    [InlineData("1", 1, 0)]
    [InlineData("2", 0, 1)]
    [InlineData("t", 0.5, 0.5)]
    [InlineData(" t ", 0.5, 0.5)]
    public async Task A_vote_means_the_response_that_was_seen_on_that_side(string key, double straight, double turned)
    {
        var desk = new PaperDesk(PaperDesk.Pair(Straight[0]), PaperDesk.Pair(Turned[0]));
        await Say(desk, key, key, "q");
        Assert.Equal([straight, turned], desk.Given.Select(label => Assert.Single(label.Votes).Preference!.Value));
        Assert.All(desk.Given, label => Assert.Equal((Ada, "human", 0), (label.Labeler, label.Pool, label.Calls)));
    }

    [Fact]
    public async Task A_label_repeats_the_ids_of_its_command()
    {
        var pair = PaperDesk.Pair(3);
        var desk = new PaperDesk(pair);
        await Say(desk, "1", "");
        var label = Assert.Single(desk.Given);
        Assert.Equal((pair.Id, pair.RunId, pair.PairId, pair.Pool), (label.Id, label.RunId, label.PairId, label.Pool));
    }

    [Fact]
    public async Task Both_bad_is_a_tie_that_says_so_and_a_reason_belongs_to_the_next_vote_only()
    {
        var desk = new PaperDesk([.. Enumerable.Range(0, 4).Select(i => PaperDesk.Pair(i))]);
        await Say(desk, "b", "r invents a date", "b", "r", "too long", "t", "t", "q");
        Assert.All(desk.Given, label => Assert.Equal(0.5, label.Votes[0].Preference));
        Assert.Equal(["both bad", "both bad: invents a date", "too long", null], desk.Given.Select(label => label.Votes[0].Detail));
    }

    [Fact]
    public async Task What_is_skipped_is_not_asked_again_and_gets_no_label()
    {
        var desk = new PaperDesk(PaperDesk.Pair(0), PaperDesk.Pair(1));
        var shown = await Say(desk, "s", "t", "");
        Assert.Equal(RlaifId.Of("pair", 1), Assert.Single(desk.Given).PairId);
        Assert.Contains("No pair waits for a label but 1 that you skipped.", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_label_can_be_taken_back_until_the_next_is_given()
    {
        var desk = new PaperDesk(PaperDesk.Pair(0), PaperDesk.Pair(1), PaperDesk.Pair(2));
        await Say(desk, "t", "u", "b", "t", "u", "u", "b", "q");
        // Pair 0 twice, the second time "both bad"; pair 1 twice too, and a second undo finds nothing.
        Assert.Equal([RlaifId.Of("pair", 0), RlaifId.Of("pair", 1)], desk.Given.Select(label => label.PairId));
        Assert.All(desk.Given, label => Assert.Equal("both bad", label.Votes[0].Detail));
    }

    [Fact]
    public async Task The_very_last_label_stands_when_the_person_says_so()
    {
        var desk = new PaperDesk(PaperDesk.Pair(0));
        await Say(desk, "t", "u", "b", "");
        Assert.Equal("both bad", Assert.Single(desk.Given).Votes[0].Detail);
    }

    [Fact]
    public async Task Several_principles_are_asked_one_after_the_other_and_undo_goes_back_by_one()
    {
        var desk = new PaperDesk(PaperDesk.Pair(Straight[0], "kind", "brief", "true"), PaperDesk.Pair(Turned[0]));
        var shown = await Say(desk, "1", "2", "u", "t", "2", "u", "1", "q");
        Assert.Equal([("kind", 1.0), ("brief", 0.5), ("true", 1.0)], Assert.Single(desk.Given).Votes.Select(vote => (vote.Principle, vote.Preference!.Value)));
        Assert.Contains("2 of 3: Which is more brief?", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pair_that_is_half_answered_is_not_sent()
    {
        var desk = new PaperDesk(PaperDesk.Pair(0, "kind", "brief"));
        await Say(desk, "1", "q");
        Assert.Empty(desk.Given);
    }

    [Fact]
    public async Task The_end_of_the_input_sends_what_was_given()
    {
        var desk = new PaperDesk(PaperDesk.Pair(0), PaperDesk.Pair(1));
        await Say(desk, "t");
        Assert.Single(desk.Given);
    }

    [Fact]
    public async Task Being_stopped_at_the_prompt_sends_what_was_given()
    {
        var desk = new PaperDesk(PaperDesk.Pair(0), PaperDesk.Pair(1));
        using var stop = new CancellationTokenSource();
        using var input = new StoppingReader(["t"], stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ReadConsole.Of(console => new LabelSession(desk, Ada, console, input).Run(stop.Token)));
        Assert.Single(desk.Given);
    }

    [Fact]
    public async Task Nobody_sees_who_wrote_what_and_everybody_sees_the_guidelines_and_what_was_cut_off()
    {
        var shown = await Say(new PaperDesk(PaperDesk.Pair(Straight[0]), PaperDesk.Pair(Turned[0])), "?", "x\u001b[2J", "t", "q");
        Assert.Contains("Be fair.", shown, StringComparison.Ordinal);
        Assert.Contains($"user: Question {Straight[0]}?", shown, StringComparison.Ordinal);
        Assert.Matches($"good {Straight[0]} .*bad {Straight[0]} … \\(cut off\\)", shown);
        Assert.Matches($"bad {Turned[0]} … \\(cut off\\).*good {Turned[0]} ", shown);
        Assert.Contains("\"x[2J\" is none of the keys.", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
    }

    [Fact]
    public void The_order_is_drawn_for_each_pair_and_person() => Assert.All([Ada, "human/bob", "human/eve"], name =>
    {
        Assert.InRange(Enumerable.Range(0, 200).Count(i => IsStraight(i, name)), 70, 130);
        Assert.NotEqual(
            Enumerable.Range(0, 200).Select(i => IsStraight(i, name)), Enumerable.Range(0, 200).Select(i => IsStraight(i, name + "2")));
    });

    [Fact]
    public void On_a_narrow_terminal_one_response_stands_below_the_other()
    {
        var pair = new BlindPair(PaperDesk.Pair(Straight[0]), Ada);
        string Shown(int width) => ReadConsole.Of(console =>
        {
            console.Profile.Width = width;
            PairView.Write(console, pair, 1);
        });
        Assert.DoesNotContain(Shown(60).Split('\n'), line => line.Contains("good", StringComparison.Ordinal) && line.Contains("bad", StringComparison.Ordinal));
        Assert.Contains(Shown(80).Split('\n'), line => line.Contains("good", StringComparison.Ordinal) && line.Contains("bad", StringComparison.Ordinal));
        Assert.All([40, 60, 80, 81, 200], width => Assert.All(Shown(width).Split('\n'), line => Assert.InRange(line.Length, 0, width)));
    }

    private static bool IsStraight(int i, string labeler) => new BlindPair(PaperDesk.Pair(i), labeler).Left.Text.StartsWith("good", StringComparison.Ordinal);

    /// <returns>What the person saw.</returns>
    private static async Task<string> Say(PaperDesk desk, params string[] lines)
    {
        using var input = new StringReader(string.Concat(lines.Select(line => line + "\n")));
        return await ReadConsole.Of(console => new LabelSession(desk, Ada, console, input).Run(Cancel));
    }

    /// <summary>After its lines, somebody presses Ctrl-C and no line comes.</summary>
    private sealed class StoppingReader(IEnumerable<string> lines, CancellationTokenSource stop) : TextReader
    {
        private readonly Queue<string> left = new(lines);
        private readonly ManualResetEventSlim never = new();

        public override string? ReadLine()
        {
            if (left.TryDequeue(out var line))
            {
                return line;
            }

            stop.Cancel();
            never.Wait(TimeSpan.FromSeconds(2));
            return null;
        }
    }
}
