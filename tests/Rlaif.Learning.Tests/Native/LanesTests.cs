using System.Runtime.Intrinsics;
using Rlaif.Learning.Native;

namespace Rlaif.Learning.Tests.Native;

public class LanesTests
{
    [Fact]
    public void The_exponential_is_hardly_more_than_a_unit_in_the_last_place_off()
    {
        for (var x = -87.3; x < 88; x += 0.000_71)
        {
            var (given, exact) = ((float)x, Math.Exp((float)x));
            var found = Lanes.Exp(Vector512.Create(given))[0];
            var unit = Math.ScaleB(1, Math.ILogB(exact) - 23);
            Assert.True(Math.Abs(found - exact) <= 1.01 * unit, $"e^{given} is {exact}, not {found}: {(found - exact) / unit} units");
        }

        Assert.Equal(1, Lanes.Exp(Vector512<float>.Zero)[0]);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(-88, 0)]
    [InlineData(float.NaN, float.NaN)]
    public void What_is_no_score_has_no_weight_and_what_is_no_number_stays_none(float x, float expected) => Assert.Equal(expected, Lanes.Exp(Vector512.Create(x))[3]);

    [Fact]
    public void What_is_too_large_for_a_number_stays_large_and_finite() => Assert.InRange(Lanes.Exp(Vector512.Create(float.PositiveInfinity))[0], 1e38f, float.MaxValue);

    [Fact]
    public unsafe void A_row_that_ends_before_sixteen_is_filled_with_zeros_and_written_no_further()
    {
        const int There = 5;
        var (row, other) = (new float[Lanes.Count], new float[Lanes.Count]);
        Array.Fill(row, 7f);
        Array.Fill(other, 1f);
        fixed (float* from = row, to = other)
        {
            var lanes = Lanes.Load(from, There);
            Assert.Equal(There * 7f, Lanes.Sum(lanes));
            lanes.Store(to, There);
        }

        Assert.Equal([.. Enumerable.Repeat(7f, There), .. Enumerable.Repeat(1f, Lanes.Count - There)], other);
    }

    [Fact]
    public void The_largest_and_the_sum_are_over_all_sixteen()
    {
        for (var at = 0; at < Lanes.Count; at++)
        {
            var lanes = Vector512<float>.Zero.WithElement(at, 3f);
            Assert.Equal((3f, 3f), (Lanes.Max(lanes), Lanes.Sum(lanes)));
        }
    }
}
