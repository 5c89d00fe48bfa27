using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Rewards of responses.</summary>
public static class RewardScores
{
    /// <summary>The reward at the last token of each response, without gradients; on the torch thread.</summary>
    /// <returns>In the order of the examples.</returns>
    public static float[] Of(RewardModel model, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default)
    {
        var rewards = new float[examples.Count];
        Inference.ByLength([.. examples.Select(e => e.Prompt.Length + e.Response.Length)], indices =>
        {
            var texts = indices.Select(i => (int[])[.. examples[i].Prompt, .. examples[i].Response]).ToArray();
            var last = tensor([.. texts.Select(t => t.Length - 1L)]);
            var batch = model.Rewards(TokenBatch.Padded(texts, texts.Max(t => t.Length)), last).cpu().data<float>();
            for (var i = 0; i < indices.Length; i++)
            {
                rewards[indices[i]] = batch[i];
            }
        }, cancel);
        return rewards;
    }
}
