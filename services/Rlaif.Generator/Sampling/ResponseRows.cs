using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Generator.Sampling;

/// <summary>Samples as rows.</summary>
internal static class ResponseRows
{
    /// <summary>The sample number of a revision: it is none of the drawn ones.</summary>
    public const int Revision = -1;

    /// <param name="reference">Log-probabilities of the response's tokens under the reference; null: not scored.</param>
    public static ResponseRow Of(
        Guid id, Guid runId, int round, Purpose purpose, string policy, string prompt, int sample, Generated generated, float[]? reference)
    {
        double? k1 = null, k3 = null;
        if (reference is not null)
        {
            // d = log π - log π_ref of one token; k1 = Σ d, k3 = Σ e^-d - 1 + d (Schulman 2020), nats per sequence.
            var differences = generated.LogProbs.Zip(reference, (ours, theirs) => (double)ours - theirs).ToList();
            (k1, k3) = (differences.Sum(), differences.Sum(d => Math.Exp(-d) - 1 + d));
        }

        return new()
        {
            Id = id,
            RunId = runId,
            Round = round,
            Purpose = purpose.ToString(),
            PromptId = prompt,
            Sample = sample,
            Policy = policy,
            Text = generated.Text,
            Ended = generated.Ended,
            Tokens = generated.Tokens,
            LogProb = generated.LogProbs.Sum(value => (double)value),
            ReferenceK1 = k1,
            ReferenceK3 = k3,
        };
    }
}
