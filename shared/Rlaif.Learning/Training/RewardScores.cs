using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>What a reward model says of responses.</summary>
/// <param name="Rewards">Of each member.</param>
/// <param name="Principles">What the heads of single principles give, by principle, mean of the members; empty where there are none.</param>
public sealed record ResponseScores(IReadOnlyList<float[]> Rewards, IReadOnlyDictionary<string, float[]> Principles);

/// <summary>Rewards of responses.</summary>
public static class RewardScores
{
    /// <summary>By all members of the reward model in a folder, which lie in memory one after the other; the states of a response are computed once for each.</summary>
    public static ResponseScores Of(string folder, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default)
    {
        (float[] Rewards, IReadOnlyList<(string Principle, float[] Rewards)> Heads)[] members = [.. ModelFolder.Members(folder).Select(member => Member(member, examples, cancel))];
        return new(
            [.. members.Select(member => member.Rewards)],
            members.SelectMany(member => member.Heads).GroupBy(head => head.Principle, head => head.Rewards, StringComparer.Ordinal).ToDictionary(
                heads => heads.Key, heads => (float[])[.. examples.Select((_, i) => (float)heads.Average(rewards => (double)rewards[i]))], StringComparer.Ordinal));
    }

    /// <summary>The reward at the last token of each response, without gradients; on the torch thread.</summary>
    /// <returns>In the order of the examples.</returns>
    public static float[] Of(RewardModel model, IReadOnlyList<TrainingExample> examples, CancellationToken cancel = default) =>
        Of(examples, 1, model.Rewards, cancel)[0];

    private static (float[] Rewards, IReadOnlyList<(string Principle, float[] Rewards)> Heads) Member(string folder, IReadOnlyList<TrainingExample> examples, CancellationToken cancel)
    {
        using var model = ModelFolder.ReadRewardModel(folder, trainable: false);
        using var heads = PrincipleHeads.Read(folder, trainable: false);
        var principles = heads.Principles;
        if (principles is [])
        {
            return (Of(model, examples, cancel), []);
        }

        var all = Of(examples, 1 + principles.Count, (ids, last) =>
        {
            var states = model.States(ids, last);
            return cat([model.Rewards(states).unsqueeze(-1), heads.Rewards(states)], 1);
        }, cancel);
        return (all[0], [.. principles.Zip(all.Skip(1))]);
    }

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
