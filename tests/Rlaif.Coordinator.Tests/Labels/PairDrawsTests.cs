using CsCheck;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;

namespace Rlaif.Coordinator.Tests.Labels;

public class PairDrawsTests
{
    private static readonly Gen<(int Responses, int Limit, ulong Seed, bool Revised)> Draws = Gen.Select(Gen.Int[2, 9], Gen.Int[1, 40], Gen.ULong, Gen.Bool);

    [Fact]
    public void No_pair_is_drawn_twice_none_meets_itself_and_the_limit_is_used_up() => Draws.Sample(draw =>
    {
        var (ids, pairs) = Draw(draw);
        Assert.Equal(Math.Min(draw.Limit, ids.Count * (ids.Count - 1) / 2), pairs.Count);
        Assert.Distinct(pairs.Select(pair => ids.IndexOf(pair.First) < ids.IndexOf(pair.Second) ? pair : (pair.Second, pair.First)));
        Assert.All(pairs, pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Subset(ids.ToHashSet(), pairs.SelectMany(pair => new[] { pair.First, pair.Second }).ToHashSet());
    });

    [Fact]
    public void A_draft_and_its_revision_always_meet() => Draws.Sample(draw =>
    {
        var (ids, pairs) = Draw(draw with { Revised = true });
        Assert.Contains(pairs, pair => pair == (ids[0], ids[^1]) || pair == (ids[^1], ids[0]));
    });

    [Fact]
    public void The_same_seed_draws_the_same_pairs() => Draws.Sample(draw => Assert.Equal(Draw(draw).Pairs, Draw(draw).Pairs));

    [Fact]
    public void Each_pair_is_drawn_as_often_as_the_others_and_shown_in_both_orders()
    {
        // 2 of 6 pairs, 3000 seeds: each of the 12 ordered pairs 500 times, with a standard deviation of 21.
        var counts = Enumerable.Range(0, 3000).SelectMany(seed => Draw((4, 2, (ulong)seed, false)).Pairs).CountBy(pair => pair).ToDictionary();
        Assert.Equal(12, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 500 - 105, 500 + 105));
    }

    [Fact]
    public void What_is_kept_stays_in_its_order_and_is_all_when_there_is_room() => Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.ULong).Sample((items, limit, seed) =>
    {
        List<int> all = [.. Enumerable.Range(0, items)];
        var kept = PairDraws.Keep(all, limit, seed);
        Assert.Equal(Math.Min(items, limit), kept.Count);
        Assert.Equal(kept.Order(), kept);
        Assert.Distinct(kept);
        Assert.Equal(kept, PairDraws.Keep(all, limit, seed));
    });

    [Fact]
    public void Nothing_is_kept_more_often_than_the_rest()
    {
        var counts = Enumerable.Range(0, 3000).SelectMany(seed => PairDraws.Keep([0, 1, 2, 3, 4, 5], 2, (ulong)seed)).CountBy(item => item).ToDictionary();
        Assert.All(counts.Values, count => Assert.InRange(count, 1000 - 130, 1000 + 130));
    }

    private static (List<Guid> Ids, IReadOnlyList<(Guid First, Guid Second)> Pairs) Draw((int Responses, int Limit, ulong Seed, bool Revised) draw)
    {
        List<Guid> ids = [.. Enumerable.Range(0, draw.Responses).Select(i => RlaifId.Of("response", i))];
        return (ids, PairDraws.Of(ids, draw.Revised ? (ids[0], ids[^1]) : null, draw.Limit, draw.Seed));
    }
}
