using Rlaif.Contracts;
using Rlaif.Feedback.Settling;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Evaluation;

/// <summary>One response of a policy to a held-out prompt.</summary>
public sealed record EvaluatedResponse
{
    /// <summary>The response row.</summary>
    public required Guid Id { get; init; }

    /// <summary>Id of its prompt.</summary>
    public required string PromptId { get; init; }

    /// <summary>The dialogue before it.</summary>
    public required IReadOnlyList<Turn> Prompt { get; init; }

    /// <summary>Whether the prompt should be declined.</summary>
    public Safety Safety { get; init; }

    /// <summary>The response.</summary>
    public required Candidate Response { get; init; }

    /// <summary>What the round's reward model gives it; null when there is none.</summary>
    public double? Reward { get; init; }

    /// <summary>What each member of an ensemble gives it; null when it is a single model.</summary>
    public IReadOnlyList<double>? MemberRewards { get; init; }

    /// <summary>What the reward model's heads of single principles give it; null when it has none.</summary>
    public IReadOnlyDictionary<string, double>? PrincipleRewards { get; init; }

    /// <summary>KL to the starting policy over this response; null when it was not scored.</summary>
    public KlEstimate? Kl { get; init; }
}

/// <summary>A pair of a candidate's response and one of another policy, labeled.</summary>
/// <param name="Candidate">Id of the candidate's response.</param>
/// <param name="Other">Id of the other policy's response to the same prompt.</param>
/// <param name="Votes">What the evaluation's labeler said.</param>
/// <param name="CandidateFirst">The candidate's response was the first of the two, of which preferences speak.</param>
public sealed record LabeledPair(Guid Candidate, Guid Other, IReadOnlyList<Vote> Votes, bool CandidateFirst = true);

/// <summary>All that the evaluation of one round is made of. Rows come in any fixed order; the order is part of the interval's draws.</summary>
public sealed record EvaluationInput
{
    /// <summary>Who compared.</summary>
    public required string Labeler { get; init; }

    /// <summary>Weights by principle, in the order in which they are reported.</summary>
    public required IReadOnlyDictionary<string, double> Weights { get; init; }

    /// <summary>Responses of the round's policy.</summary>
    public required IReadOnlyList<EvaluatedResponse> Candidate { get; init; }

    /// <summary>Responses of the starting policy.</summary>
    public required IReadOnlyList<EvaluatedResponse> Start { get; init; }

    /// <summary>Responses of the incumbent; null while it is the starting policy.</summary>
    public IReadOnlyList<EvaluatedResponse>? Incumbent { get; init; }

    /// <summary>Pairs of candidate and starting policy.</summary>
    public required IReadOnlyList<LabeledPair> AgainstStart { get; init; }

    /// <summary>Pairs of candidate and incumbent; null while the incumbent is the starting policy.</summary>
    public IReadOnlyList<LabeledPair>? AgainstIncumbent { get; init; }

    /// <summary>Names the draws of the intervals.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Resamples, coverage and the gate's margins.</summary>
    public required EvaluationRecipe Recipe { get; init; }
}

/// <summary>KL(π ‖ π_start) from one sampled response, summed over its tokens, nats per sequence
/// (Schulman 2020, "Approximating KL divergence").</summary>
/// <param name="K1">Σ d with d = log π - log π_start: unbiased, negative on some samples.</param>
/// <param name="K3">Σ (e^-d - 1 + d): unbiased, never negative, less variance near 0.</param>
public sealed record KlEstimate(double K1, double K3)
{
    /// <summary>From log-probabilities of the sampled tokens, the end token included when the response ended.</summary>
    public static KlEstimate Of(IReadOnlyList<float> policy, IReadOnlyList<float> start)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(policy.Count, start.Count);
        double k1 = 0, k3 = 0;
        for (var i = 0; i < policy.Count; i++)
        {
            var d = (double)policy[i] - start[i];
            k1 += d;
            k3 += Math.Exp(-d) - 1 + d;
        }

        return new(k1, k3);
    }
}
