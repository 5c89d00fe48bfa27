using TorchSharp;

namespace Rlaif.Learning.Training;

/// <summary>Figures of response tokens without gradients, however many groups there are.</summary>
internal static class GroupTokens
{
    /// <param name="groups">As many responses in each.</param>
    /// <param name="of">[asked] of a batch, one value for each asked token.</param>
    /// <param name="cancel">Looked at between batches.</param>
    /// <returns>[response tokens] for each response: those of the first group, then those of the second, and so on.</returns>
    public static float[][] Of(IReadOnlyList<ResponseGroup> groups, Func<GroupBatch, torch.Tensor> of, CancellationToken cancel)
    {
        var size = groups[0].Responses.Count;
        var all = new float[groups.Count * size][];
        Inference.ByLength([.. groups.Select(group => group.Length)], indices =>
        {
            var values = of(GroupBatch.ForLogProbs([.. indices.Select(i => groups[i])])).cpu().data<float>().ToArray();
            var begin = 0;
            for (var k = 0; k < size; k++)
            {
                foreach (var i in indices)
                {
                    all[(i * size) + k] = values[begin..(begin += groups[i].Responses[k].Length)];
                }
            }
        }, cancel);
        return all;
    }
}
