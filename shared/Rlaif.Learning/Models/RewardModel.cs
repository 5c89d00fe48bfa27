using Rlaif.Learning.Adapters;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>A decoder with one scalar head, transformers' <c>LlamaForSequenceClassification</c> with one label: the reward is the head's
/// output at the last token of the text.</summary>
public sealed class RewardModel : IDisposable
{
    internal const string ScoreName = "score.weight";

    /// <summary>Takes over the weights: those of the body without a head, and score.weight.</summary>
    internal RewardModel(ModelConfig config, IReadOnlyList<NamedWeight> weights)
    {
        Weights = weights;
        Score = Head;
        Body = new(config with { TiedEmbeddings = true }, [.. weights.Where(w => w.Name != ScoreName)]);
    }

    private RewardModel(RewardModel on, Adapter adapter)
    {
        Weights = on.Weights;
        Head.requires_grad = false;
        Score = adapter.Saved.FirstOrDefault(w => w.Name == ScoreName)?.Value ?? Head;
        Body = on.Body.With(adapter);
    }

    /// <summary>The decoder; it has no head of its own.</summary>
    public LanguageModel Body { get; }

    /// <summary>The scalar head, [1, hidden], without bias.</summary>
    public Parameter Score { get; }

    /// <summary>All weights in file order, the parameters themselves, as they are without an adapter.</summary>
    public IReadOnlyList<NamedWeight> Weights { get; }

    /// <summary>Heads for single principles; null where they are not read.</summary>
    internal PrincipleHeads? Principles { get; set; }

    /// <summary>Where its rewards lie; null when nobody has measured it.</summary>
    public RewardStatistics? Scale { get; internal set; }

    /// <summary>What a training changes: the adapter's weights where there is one, else all.</summary>
    internal IReadOnlyList<NamedWeight> Trained => Body.Adapter?.Weights ?? Weights;

    private Parameter Head => Weights.Single(w => w.Name == ScoreName).Value;

    /// <summary>A trainable reward model on a copy of a language model's decoder; the head is N(0, 1 / (hidden + 1)) (Stiennon et al. 2020).</summary>
    public static RewardModel On(LanguageModel policy, ulong seed)
    {
        var random = new RandomStream(seed, 0);
        var hidden = policy.Config.HiddenSize;
        return On(policy, [.. Enumerable.Range(0, hidden).Select(_ => (float)(random.NextNormal() / Math.Sqrt(hidden + 1)))]);
    }

    /// <summary>The same with a head of zeros: every reward begins at 0, so the first margins are the data's doing and need no seed.</summary>
    public static RewardModel On(LanguageModel policy) => On(policy, new float[policy.Config.HiddenSize]);

    /// <summary>The weights that such a model must have, in file order.</summary>
    public static IReadOnlyList<WeightShape> Shapes(ModelConfig config) =>
        [.. WeightShape.Of(config with { TiedEmbeddings = true }), new(ScoreName, [1, config.HiddenSize])];

    /// <summary>The reward of each text.</summary>
    /// <param name="ids">[batch, time] int64, right padded.</param>
    /// <param name="last">[batch] int64: where the last token of each text stands.</param>
    /// <returns>[batch]; carries gradients when trainable.</returns>
    public Tensor Rewards(Tensor ids, Tensor last)
    {
        using var scope = NewDisposeScope();
        return Rewards(States(ids, last)).MoveToOuterDisposeScope();
    }

    /// <summary>The state of the last token of each text, [batch, hidden].</summary>
    internal Tensor States(Tensor ids, Tensor last)
    {
        using var scope = NewDisposeScope();
        var (batch, time) = (ids.shape[0], ids.shape[1]);
        var rows = (arange(batch, int64) * time) + last;
        return Body.Hidden(ids).view(batch * time, Body.Config.HiddenSize).index_select(0, rows).MoveToOuterDisposeScope();
    }

    /// <summary>The reward at each state, [states, hidden] to [states].</summary>
    internal Tensor Rewards(Tensor states) => nn.functional.linear(states, Score).squeeze(-1);

    /// <summary>Where transformers takes the reward of a right-padded text: at the last id that is not the pad id, whatever the mask
    /// says. It matters for texts that truly end in the pad id (pad = end).</summary>
    /// <returns>[batch] int64.</returns>
    public static Tensor LastThatIsNotPadding(Tensor ids, int padTokenId)
    {
        using var scope = NewDisposeScope();
        var positions = arange(ids.shape[1], int64).unsqueeze(0);
        return (ids.ne(padTokenId).to(ScalarType.Int64) * positions).argmax(-1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="LanguageModel.With"/>
    internal RewardModel With(Adapter adapter) => new(this, adapter);

    private static RewardModel On(LanguageModel policy, float[] head)
    {
        using var noGradient = no_grad();
        using var merged = policy.Merged();
        var body = merged.Weights.Where(w => w.Name != "lm_head.weight")
            .Select(w => new NamedWeight(w.Name, LanguageModel.OwnParameter(w.Value.detach().clone(), trainable: true)));
        return new(policy.Config, [.. body, new(ScoreName, LanguageModel.OwnParameter(TensorDevice.Weight(head, 1, head.Length), trainable: true))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Body.Dispose();
        Head.Dispose();
        Principles?.Dispose();
    }
}
