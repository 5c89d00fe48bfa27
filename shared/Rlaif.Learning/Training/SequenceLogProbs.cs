using Rlaif.Learning.Models;

namespace Rlaif.Learning.Training;

/// <summary>Log-probabilities of responses.</summary>
public static class SequenceLogProbs
{
    /// <summary>log p of each response token at temperature 1, nats per token, without gradients; on the torch thread.</summary>
    /// <returns>In the order of the examples, [response tokens] each.</returns>
    public static float[][] Of(LanguageModel model, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default)
    {
        var all = new float[examples.Count][];
        TokenSequence[] sequences = [.. examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))];
        Inference.ByLength([.. sequences.Select(s => s.Inputs)], indices =>
        {
            var batch = TokenBatch.Of([.. indices.Select(i => sequences[i])]);
            var logProbs = batch.Asked.LogProbs(model, batch.Hidden(model)).cpu().data<float>().ToArray();
            var begin = 0;
            foreach (var i in indices)
            {
                all[i] = logProbs[begin..(begin += examples[i].Response.Length)];
            }
        }, cancel);
        return all;
    }
}
