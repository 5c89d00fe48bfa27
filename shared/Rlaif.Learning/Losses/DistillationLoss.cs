using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>The divergence between a teacher's distribution and a student's at each position. Needs both full vocabularies, so logits.</summary>
/// <remarks>Generalised Jensen-Shannon: m = β teacher + (1-β) student, L = β KL(teacher‖m) + (1-β) KL(student‖m). Agarwal et al. 2024 (GKD). It is 0 at
/// β = 0 and 1, where GKD puts the forward and the reverse KL instead: here they have names of their own.</remarks>
public static class DistillationLoss
{
    /// <summary>KL(teacher‖student): the student covers all that the teacher does. [..], nats per token.</summary>
    /// <param name="student">Logits, [.., vocabulary].</param>
    /// <param name="teacher">Logits, [.., vocabulary], no gradient.</param>
    /// <param name="temperature">Divides the logits of both, above 0.</param>
    public static Tensor ForwardKl(Tensor student, Tensor teacher, double temperature = 1)
    {
        var (learns, knows) = (LogSoftmax(student, temperature), LogSoftmax(teacher, temperature));
        return Kl(knows, learns);
    }

    /// <summary>KL(student‖teacher): the student keeps to what the teacher does most.</summary>
    /// <inheritdoc cref="ForwardKl"/>
    public static Tensor ReverseKl(Tensor student, Tensor teacher, double temperature = 1)
    {
        var (learns, knows) = (LogSoftmax(student, temperature), LogSoftmax(teacher, temperature));
        return Kl(learns, knows);
    }

    /// <summary>Generalised Jensen-Shannon divergence.</summary>
    /// <param name="beta">β, the weight of the teacher, above 0 and below 1.</param>
    /// <inheritdoc cref="ForwardKl"/>
    public static Tensor JensenShannon(Tensor student, Tensor teacher, double beta = 0.5, double temperature = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(beta, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta, 1);
        var (learns, knows) = (LogSoftmax(student, temperature), LogSoftmax(teacher, temperature));
        var mixture = torch.logaddexp(knows + Math.Log(beta), learns + Math.Log(1 - beta));
        return (beta * Kl(knows, mixture)) + ((1 - beta) * Kl(learns, mixture));
    }

    /// <summary>Mean over real tokens, a scalar.</summary>
    /// <param name="perToken">[batch, time].</param>
    /// <param name="mask">1 on tokens that count, [batch, time].</param>
    /// <param name="windowTokens">Tokens in all micro-batches of the optimizer step, whose losses then add up; null: those of this one.</param>
    public static Tensor Mean(Tensor perToken, Tensor mask, double? windowTokens = null) => TokenMean.Of(perToken, mask, windowTokens);

    private static Tensor LogSoftmax(Tensor logits, double temperature) => nn.functional.log_softmax(logits / temperature, -1);

    // A token that the first never says adds nothing, however unlikely the second finds it.
    private static Tensor Kl(Tensor of, Tensor from) => (of.exp() * (of - from).masked_fill(of.isneginf(), 0)).sum(-1);
}
