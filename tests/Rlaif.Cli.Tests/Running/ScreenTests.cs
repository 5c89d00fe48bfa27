using Rlaif.Cli.Running;
using Rlaif.Storage;

namespace Rlaif.Cli.Tests.Running;

public class ScreenTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private static StageRow Stage(string name, int done, double? seconds, string? note = null) => new()
    {
        RunId = new Guid("7f3a0000-0000-5000-8000-000000000000"),
        Round = 1,
        Name = name,
        Done = done,
        Total = 1792,
        PlannedAt = Begin,
        EndedAt = seconds is { } ended ? Begin.AddSeconds(ended) : null,
        Note = note,
    };

    [Fact]
    public void A_pipe_gets_one_line_for_each_event()
    {
        var output = new StringWriter();
        var screen = new LineScreen(output);
        screen.Working(Stage("labels", 0, null), 3, TimeSpan.Zero, 0, 0);
        screen.Working(Stage("labels", 900, null), 3, TimeSpan.FromSeconds(1), 0, 0);
        screen.Ended(Stage("labels", 1792, 0.5, "11 % ties,\n a \"quoted\" note"), 3);
        Assert.Equal(
            "event=stage-began run=7f3a0000 round=1 stage=labels total=1792\n" +
            "event=stage run=7f3a0000 round=1 stage=labels done=1792 total=1792 seconds=0.5 note=\"11 % ties,  a 'quoted' note\"\n",
            output.ToString());
    }

    [Fact]
    public void A_person_sees_count_rate_and_time_left_and_one_line_when_it_is_done()
    {
        var output = new StringWriter();
        var screen = new TerminalScreen(output, 120);
        screen.Working(Stage("labels", 896, null), 3, TimeSpan.FromSeconds(2), 0, 0);
        Assert.Contains("896 of 1792  448/s  0:02 left", output.ToString(), StringComparison.Ordinal);
        screen.Ended(Stage("labels", 1792, 4), 3);
        Assert.EndsWith("round 1/3   labels                 1 792     4.0 s\n", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(59, "0:59 left")]
    [InlineData(65 * 60, "1:05:00 left")]
    [InlineData(30 * 3600, "30:00:00 left")]
    public void Time_left_has_its_hours(int seconds, string told)
    {
        var output = new StringWriter();
        new TerminalScreen(output, 120).Working(Stage("labels", 896, null), 3, TimeSpan.FromSeconds(seconds), 0, 0);
        Assert.Contains($"/s  {told}", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_narrow_terminal_cuts_the_moving_line()
    {
        var output = new StringWriter();
        new TerminalScreen(output, 40).Working(Stage("labels", 896, null), 3, TimeSpan.FromSeconds(2), 5, 9);
        Assert.Equal(39, output.ToString()["\r\u001b[K".Length..].Length);
    }

    [Theory]
    [InlineData("VmHWM:\t  967142 kB", 967142L)]
    [InlineData("VmHWM:\t10300000 kB", 10300000L)]
    public void Peak_memory_is_read_whatever_its_width(string line, long kibibytes) =>
        Assert.Equal(kibibytes * 1024, PeakMemory.Parse(["VmPeak:\t1 kB", line]));
}
