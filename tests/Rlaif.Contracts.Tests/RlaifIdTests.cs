using CsCheck;

namespace Rlaif.Contracts.Tests;

public class RlaifIdTests
{
    // RFC 9562, appendix A.4.
    [Fact]
    public void A_name_has_the_id_of_the_standard() => Assert.Equal(
        new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
        RlaifId.Of(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com"));

    [Fact]
    public void Parts_that_hold_the_separator_do_not_meet()
    {
        Assert.NotEqual(RlaifId.Of("a/b"), RlaifId.Of("a", "b"));
        Assert.NotEqual(RlaifId.Of("a%2Fb"), RlaifId.Of("a/b"));
        Gen.Select(Gen.String[1, 5].List[1, 4], Gen.String[1, 5].List[1, 4]).Sample(
            (one, other) => Assert.Equal(one.SequenceEqual(other), RlaifId.Of(one) == RlaifId.Of(other)));
    }

    [Fact]
    public void A_number_and_its_digits_name_the_same() => Assert.Equal(RlaifId.Of("round", "3"), RlaifId.Of("round", 3));

    [Fact]
    public void Seeds_differ_and_fit_a_signed_number() => Gen.Guid.Sample(id =>
    {
        Assert.InRange(RlaifId.Seed(id), 0ul, (ulong)long.MaxValue);
        Assert.NotEqual(RlaifId.Seed(id), RlaifId.Seed(RlaifId.Of(id)));
    });

    [Fact]
    public void The_short_form_is_the_beginning_of_the_long_one() => Gen.Guid.Sample(id => id.ToString().StartsWith(RlaifId.Short(id), StringComparison.Ordinal));
}
