using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Log-probabilities of the pairs' responses under the frozen reference, [pairs] each, nats per sequence.</summary>
/// <remarks>They never change: computed once they save a quarter of every step, and a second model in memory.</remarks>
internal sealed record ReferenceLogProbs(float[] Chosen, float[] Rejected)
{
    /// <summary>Those that lie in the work folder when they belong to the same model and pairs; else computed and put there.</summary>
    /// <param name="open">The reference, which is disposed of after use; not asked for when the work folder has them.</param>
    /// <param name="ldAlpha">Weight of tokens beyond the shorter response of a pair; null: plain sums.</param>
    public static ReferenceLogProbs Of(
        Func<LanguageModel> open, IReadOnlyList<TrainingPair> pairs, string work, string belongsTo, CancellationToken cancel, double? ldAlpha = null)
    {
        var file = Path.Combine(work, "reference.safetensors");
        return Read(file, belongsTo) ?? Write(file, Compute(open, pairs, ldAlpha, cancel), belongsTo);
    }

    private static ReferenceLogProbs Compute(Func<LanguageModel> open, IReadOnlyList<TrainingPair> pairs, double? ldAlpha, CancellationToken cancel)
    {
        using var reference = open();
        var (chosen, rejected) = (new float[pairs.Count], new float[pairs.Count]);
        Inference.ByLength([.. pairs.Select(PairBatch.Length)], indices =>
        {
            var sums = LengthDesensitisation.Sums(PairFigures.Tokens(reference, [.. indices.Select(i => pairs[i])], squares: false), ldAlpha);
            var (ofChosen, ofRejected) = (sums.Chosen.cpu().data<float>(), sums.Rejected.cpu().data<float>());
            for (var i = 0; i < indices.Length; i++)
            {
                (chosen[indices[i]], rejected[indices[i]]) = (ofChosen[i], ofRejected[i]);
            }
        }, cancel);
        return new(chosen, rejected);
    }

    private static ReferenceLogProbs? Read(string file, string belongsTo)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        using var stored = Safetensors.Read(file);
        return stored.Metadata.GetValueOrDefault("belongs_to") == belongsTo
            ? new([.. stored.Find("chosen")!.data<float>()], [.. stored.Find("rejected")!.data<float>()])
            : null;
    }

    private static ReferenceLogProbs Write(string file, ReferenceLogProbs computed, string belongsTo)
    {
        using var chosen = tensor(computed.Chosen);
        using var rejected = tensor(computed.Rejected);
        DiskFailure.Explain($"write the reference's log-probabilities to {file}", () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            Safetensors.Write(file, [new("chosen", chosen), new("rejected", rejected)],
                new Dictionary<string, string>(StringComparer.Ordinal) { ["belongs_to"] = belongsTo });
        });
        return computed;
    }
}
