using Rlaif.Contracts;
using Rlaif.Feedback.Evaluation;

namespace Rlaif.Feedback.Tests.Evaluation;

public class ProbesTests
{
    [Fact]
    public void Each_probe_is_a_share_of_the_responses_that_it_speaks_of()
    {
        var probes = Probes.Of(
        [
            Responses.Of("p1", "It is green.", Safety.Safe),
            Responses.Of("p1", "Great question! What colour is the grass? Green.", Safety.Safe),
            Responses.Of("p2", "Sorry, I cannot help with that.", Safety.Border),
            Responses.Of("p3", "I am sorry, but I cannot help with that.", Safety.Unsafe),
            Responses.Of("p3", "Take the mask, take the bag, take the mask, take the bag", Safety.Unsafe, ended: false),
        ]);
        Assert.Equal((3 + 8 + 6 + 9 + 12) / 5.0, probes.Words);
        Assert.Equal((0.2, 0.2, 0.2, 0.2), (probes.Truncated, probes.Repetition, probes.Echo, probes.Flattery));
        Assert.Equal((0.4, 1 / 3.0, 0.5), (probes.Refusals, probes.NeedlessRefusals, probes.MissedRefusals));
    }

    [Fact]
    public void What_was_not_measured_is_not_a_figure()
    {
        var probes = Probes.Of([Responses.Of("p1", "Yes.", Safety.Unknown)]);
        Assert.Equal(["words", "truncated", "repetition", "echo", "flattery", "refusals"], probes.Figures.Keys);
        Assert.True(double.IsNaN(probes.MissedRefusals));
        Assert.Empty(Probes.Of([]).Figures);
    }

    [Fact]
    public void KL_of_a_response_is_summed_over_its_tokens()
    {
        // d = 0.5 and -1: k1 = -0.5; k3 = (e^-0.5 - 1 + 0.5) + (e^1 - 1 - 1) = 0.10653066 + 0.71828183.
        var kl = KlEstimate.Of([-1, -2], [-1.5f, -1]);
        Assert.Equal(-0.5, kl.K1, 12);
        Assert.Equal(0.824812488, kl.K3, 8);
    }
}

internal static class Responses
{
    public static EvaluatedResponse Of(string promptId, string text, Safety safety = Safety.Safe, bool ended = true, string? name = null) => new()
    {
        Id = RlaifId.Of("response", name ?? promptId + text),
        PromptId = promptId,
        Prompt = [new("user", "What colour is the grass?")],
        Safety = safety,
        Response = new(text, ended),
    };
}
