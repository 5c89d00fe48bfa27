using CsCheck;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Tests.Statistics;

public class WinRateTests
{
    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        var comparisons = Comparisons(97);
        Assert.Equal(WinRate.Of(comparisons, 7), WinRate.Of(comparisons, 7));
        Assert.NotEqual(WinRate.Of(comparisons, 7, resamples: 101).Rate, WinRate.Of(comparisons, 8, resamples: 101).Rate);
    }

    [Fact]
    public void Swapping_the_policies_mirrors_the_rate()
    {
        var comparisons = Comparisons(30);
        var mirrored = comparisons.Select(c => c with { Preference = 1 - c.Preference }).ToList();
        Assert.Equal(1, WinRate.Of(comparisons, 3).Rate.Mean + WinRate.Of(mirrored, 3).Rate.Mean, 12);
        Assert.Equal(1, WinRate.Of(comparisons, 3).Rate.Low + WinRate.Of(mirrored, 3).Rate.High, 12);
    }

    [Fact]
    public void Four_copies_of_each_comparison_do_not_narrow_the_interval()
    {
        var once = Comparisons(50);
        var copied = once.SelectMany(c => Enumerable.Repeat(c, 4)).ToList();
        Assert.Equal(WinRate.Of(once, 5).Rate.Low, WinRate.Of(copied, 5).Rate.Low, 12);
    }

    [Fact]
    public void Failures_change_the_parse_rate_and_nothing_else()
    {
        var comparisons = Comparisons(20);
        var withFailures = comparisons.Append(new("p1", null)).Append(new("p99", null)).ToList();
        Assert.Equal(WinRate.Of(comparisons, 1).Rate, WinRate.Of(withFailures, 1).Rate);
        Assert.Equal(20.0 / 22, WinRate.Of(withFailures, 1).Tally.ParseRate, 12);
        Assert.True(double.IsNaN(WinRate.Of([new("p", null)], 1).Rate.Low));
    }

    [Fact]
    public void Bounded_draws_are_unbiased()
    {
        // 3 does not divide 2^64: of 30000 draws each value comes 10000 ± 5 · 82 times.
        var random = new SplitMix(2026);
        var counts = Enumerable.Range(0, 30_000).Select(_ => random.Below(3)).CountBy(v => v);
        Assert.All(counts, count => Assert.InRange(count.Value, 9_590, 10_410));
        Gen.Select(Gen.ULong, Gen.Int[1, int.MaxValue]).Sample((seed, bound) => new SplitMix(seed).Below(bound) is var v && v >= 0 && v < bound);
    }

    // The first outputs of the reference implementation for seed 1234567 (Vigna's splitmix64.c).
    [Fact]
    public void SplitMix_equals_the_reference_implementation()
    {
        var random = new SplitMix(1234567);
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423], new[] { random.Next(), random.Next(), random.Next() });
    }

    private static List<Comparison> Comparisons(int prompts) =>
        [.. Enumerable.Range(0, prompts).Select(i => new Comparison($"p{i}", (i * 7 % 10) switch { < 4 => 0.2, 4 => 0.5, _ => 0.9 }))];
}
