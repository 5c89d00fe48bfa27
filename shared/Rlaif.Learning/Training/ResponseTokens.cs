using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Tokens of a <see cref="GroupBatch"/>'s responses as rows, [size * groups, time], in its order: sequence k · groups + i.</summary>
internal sealed class ResponseTokens
{
    private readonly Tensor places;
    private readonly long rows, time;
    private readonly IReadOnlyList<int> lengths;

    private ResponseTokens(IReadOnlyList<int> lengths)
    {
        (this.lengths, rows, time) = (lengths, lengths.Count, lengths.Max());
        places = tensor([.. lengths.SelectMany((length, row) => Enumerable.Range(0, length).Select(t => (row * time) + t))]);
        Mask = Rows(ones(places.shape[0])).to(ScalarType.Bool);
    }

    /// <summary>True on real tokens, [rows, time].</summary>
    public Tensor Mask { get; }

    public static ResponseTokens Of(IReadOnlyList<ResponseGroup> groups) => new([.. InOrder(groups, group => group.Responses).Select(response => response.Length)]);

    /// <summary>Rows in the order of their lengths.</summary>
    public static ResponseTokens OfLengths(IReadOnlyList<int> lengths) => new(lengths);

    /// <summary>One value for each response of each group, in the order of the rows.</summary>
    public static IEnumerable<T> InOrder<TGroup, T>(IReadOnlyList<TGroup> groups, Func<TGroup, IReadOnlyList<T>> values)
    {
        for (var k = 0; k < values(groups[0]).Count; k++)
        {
            foreach (var group in groups)
            {
                yield return values(group)[k];
            }
        }
    }

    /// <summary>log p of every asked token of the batch at a temperature, [asked], nats per token.</summary>
    public static Tensor LogProbs(LanguageModel model, GroupBatch batch, double temperature)
    {
        using var scope = NewDisposeScope();
        return batch.Asked.LogProbs(model, batch.Hidden(model), temperature).MoveToOuterDisposeScope();
    }

    /// <summary>[rows, time] to the real tokens of each row.</summary>
    public float[][] Each(Tensor values)
    {
        var all = values.cpu().contiguous().data<float>().ToArray();
        return [.. lengths.Select((length, row) => all[(int)(row * time)..(int)((row * time) + length)])];
    }

    /// <summary>[asked] to [rows, time], 0 where there is no token; gradients flow.</summary>
    public Tensor Rows(Tensor asked)
    {
        using var scope = NewDisposeScope();
        return zeros(rows * time).index_add(0, places, asked, 1).view(rows, time).MoveToOuterDisposeScope();
    }
}
