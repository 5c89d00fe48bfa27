using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class TokenSelectionTests
{
    [Fact]
    public void The_share_is_of_real_tokens()
    {
        // A quarter of 1, 2, 3, 4 is the 4; the 9 is no token.
        using var scope = NewDisposeScope();
        var kept = TokenSelection.HighEntropy(tensor([4.0, 1, 9, 3, 2, 9]).reshape(2, 3), tensor([1, 1, 0, 1, 1, 0]).reshape(2, 3), 0.25);
        Assert.Equal([1, 0, 0, 0, 0, 0], kept.Doubles());
    }

    [Fact]
    public void Only_a_bad_response_that_the_policy_has_left_is_dropped()
    {
        // The policy's log-probabilities have fallen by 1 per token in rows 0 and 1, and not in row 2.
        using var scope = NewDisposeScope();
        GrpoBatch batch = new(tensor([-2.0, -2, -2, -2, -1, -1]).reshape(3, 2), full(3, 2, -1.0, float64), tensor([1.0, -1, -1]), ones(3, 2));
        Assert.Equal([1, 0, 1], TokenSelection.OnPolicy(batch, 0.5).Doubles());
    }
}
