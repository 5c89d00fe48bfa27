using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Rewards of responses.</summary>
public static class RewardScores
{
    /// <summary>The same by each member of the reward model in a folder, which lie in memory one after the other.</summary>
    public static IReadOnlyList<float[]> Of(string folder, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default)
    {
        float[] Member(string member)
        {
            using var model = ModelFolder.ReadRewardModel(member, trainable: false);
            return Of(model, examples, cancel);
        }

        return [.. ModelFolder.Members(folder).Select(Member)];
    }

    /// <summary>What the heads of single principles give, by principle, mean of the members; empty where there are none.</summary>
    public static IReadOnlyDictionary<string, float[]> Principles(string folder, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default)
    {
        var said = ModelFolder.Members(folder).Where(member => File.Exists(PrincipleHeads.FileOf(member))).SelectMany(member =>
        {
            using var model = ModelFolder.ReadRewardModel(member, trainable: false);
            using var heads = PrincipleHeads.Read(member, trainable: false);
            return heads.Principles.Zip(Of(examples, heads.Principles.Count, (ids, last) => heads.Rewards(model.States(ids, last)), cancel));
        });
        return said.GroupBy(one => one.First, one => one.Second, StringComparer.Ordinal).ToDictionary(
            members => members.Key, members => (float[])[.. examples.Select((_, i) => (float)members.Average(rewards => (double)rewards[i]))], StringComparer.Ordinal);
    }

    /// <summary>The reward at the last token of each response, without gradients; on the torch thread.</summary>
    /// <returns>In the order of the examples.</returns>
    public static float[] Of(RewardModel model, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default) =>
        Of(examples, 1, model.Rewards, cancel)[0];

    /// <param name="examples">Scored.</param>
    /// <param name="heads">Rewards of each.</param>
    /// <param name="of">Ids and places of the last tokens to [batch] or [batch, heads].</param>
    /// <param name="cancel">Looked at between batches.</param>
    /// <returns>[heads][examples].</returns>
    private static float[][] Of(IReadOnlyList<TrainingExample> examples, int heads, Func<Tensor, Tensor, Tensor> of, CancellationToken cancel)
    {
        float[][] rewards = [.. Enumerable.Range(0, heads).Select(_ => new float[examples.Count])];
        Inference.ByLength([.. examples.Select(e => e.Prompt.Length + e.Response.Length)], indices =>
        {
            var texts = indices.Select(i => (int[])[.. examples[i].Prompt, .. examples[i].Response]).ToArray();
            var last = tensor([.. texts.Select(t => t.Length - 1L)]);
            var batch = of(TokenBatch.Padded(texts, texts.Max(t => t.Length)), last).cpu().contiguous().data<float>().ToArray();
            for (var i = 0; i < batch.Length; i++)
            {
                rewards[i % heads][indices[i / heads]] = batch[i];
            }
        }, cancel);
        return rewards;
    }
}
