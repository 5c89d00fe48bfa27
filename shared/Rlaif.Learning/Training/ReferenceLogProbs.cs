using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Log-probabilities of the pairs' responses under the frozen reference, [pairs] each, nats per sequence.</summary>
/// <remarks>They never change: computed once they save a quarter of every step, and a second model in memory.</remarks>
internal sealed record ReferenceLogProbs(float[] Chosen, float[] Rejected)
{
    /// <summary>Those that lie in the work folder when they belong to the same model and pairs; else computed and put there.</summary>
    public static ReferenceLogProbs Of(string model, IReadOnlyList<TrainingPair> pairs, string work, string belongsTo, CancellationToken cancel)
    {
        var file = Path.Combine(work, "reference.safetensors");
        return Read(file, belongsTo) ?? Write(file, Compute(model, pairs, cancel), belongsTo);
    }

    private static ReferenceLogProbs Compute(string model, IReadOnlyList<TrainingPair> pairs, CancellationToken cancel)
    {
        using var reference = ModelFolder.ReadModel(model, trainable: false);
        var (chosen, rejected) = (new float[pairs.Count], new float[pairs.Count]);
        Inference.ByLength([.. pairs.Select(PairBatch.Length)], indices =>
        {
            var batch = PairBatch.ForLogProbs([.. indices.Select(i => pairs[i])]);
            var sums = batch.Asked.SequenceLogProbs(reference, batch.Hidden(reference)).cpu().data<float>();
            for (var i = 0; i < indices.Length; i++)
            {
                (chosen[indices[i]], rejected[indices[i]]) = (sums[i], sums[indices.Length + i]);
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
