using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Sampling;

/// <summary>Runs a model forward on a batch of responses, a token at a time. Rows are numbered from 0 and move when one is removed.</summary>
internal sealed class BatchDecoder(LanguageModel model, bool asOnCard) : IDisposable
{
    // Prompt tokens of one forward pass: enough to fill the cores, or to compute for longer than a card's kernels take to launch; a layer's
    // intermediates take 0.1 MB for each on a 135M model.
    private readonly int prefillTokens = asOnCard ? 16_384 : 2048;
    private readonly KeyValueCache cache = new(model.Config);
    private ScriptedLayers? scripted;

    /// <summary>Reads the prompts of all rows: longest first, equal ones side by side; those are read once.</summary>
    /// <returns>[rows, hidden]: the state that the first token of each response is drawn from.</returns>
    public Tensor Prefill(IReadOnlyList<int[]> prompts, CancellationToken cancel)
    {
        cache.Open(prompts.Count, prompts[0].Length);
        List<Tensor> states = [];
        for (var first = 0; first < prompts.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            var (distinct, promptOfRow) = Chunk(prompts, first);
            states.Add(Prefill(distinct, promptOfRow, first));
            first += promptOfRow.Count;
        }

        return cat(states);
    }

    /// <summary>One more token in each row.</summary>
    /// <returns>[rows, hidden]: the state that the token after it is drawn from.</returns>
    public Tensor Step(long[] ids)
    {
        using var scope = NewDisposeScope();
        if (asOnCard)
        {
            scripted ??= new(model);
            return scripted.Step(ids, cache).MoveToOuterDisposeScope();
        }

        var step = cache.Next();
        var (cosines, sines) = model.Rotary.Upto(step.Mask.shape[^1]);
        Tensor AtPositions(Tensor table) => table.index_select(0, step.Positions).view(ids.Length, 1, 1, -1);
        return model.Hidden(tensor(ids).view(-1, 1), AtPositions(cosines), AtPositions(sines), layer => cache.Rows(layer, step))
            .squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Drops the rows that are not named; a named one takes the number of its place.</summary>
    public void Keep(IReadOnlyList<int> rows) => cache.Keep(rows);

    public void Dispose()
    {
        cache.Dispose();
        scripted?.Dispose();
    }

    private (List<int[]> Distinct, List<long> PromptOfRow) Chunk(IReadOnlyList<int[]> prompts, int first)
    {
        List<int[]> distinct = [];
        List<long> promptOfRow = [];
        foreach (var prompt in prompts.Skip(first))
        {
            if (distinct.Count == 0 || !prompt.AsSpan().SequenceEqual(distinct[^1]))
            {
                if ((distinct.Count + 1) * prompts[first].Length > prefillTokens && distinct.Count > 0)
                {
                    break;
                }

                distinct.Add(prompt);
            }

            promptOfRow.Add(distinct.Count - 1);
        }

        return (distinct, promptOfRow);
    }

    private Tensor Prefill(List<int[]> prompts, List<long> promptOfRow, int first)
    {
        using var scope = NewDisposeScope();
        var time = prompts[0].Length;
        var ids = new long[prompts.Count * time];                                   // right padded: a token does not see what follows it
        var ends = new long[promptOfRow.Count];
        for (var prompt = 0; prompt < prompts.Count; prompt++)
        {
            prompts[prompt].Select(id => (long)id).ToArray().CopyTo(ids, prompt * time);
        }

        for (var row = 0; row < ends.Length; row++)
        {
            var prompt = promptOfRow[row];
            cache.Hold(first + row, prompts[(int)prompt].Length);
            ends[row] = (prompt * time) + prompts[(int)prompt].Length - 1;
        }

        var (cosines, sines) = model.Rotary.Upto(time);
        var spread = tensor(promptOfRow.ToArray());
        Attention Attend(int layer) => cache.Prompts(layer, first, spread);
        var hidden = model.Hidden(tensor(ids, prompts.Count, time), cosines, sines, Attend);
        return hidden.view(-1, model.Config.HiddenSize).index_select(0, tensor(ends)).MoveToOuterDisposeScope();
    }
}
