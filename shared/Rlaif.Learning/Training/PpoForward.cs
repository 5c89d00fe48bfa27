using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>What policy and critic say of the tokens of responses, each [rows, time] with its gradient.</summary>
/// <param name="Places">Where the tokens stand.</param>
/// <param name="LogProbs">log π of each token, nats.</param>
/// <param name="Entropy">Nats per token: of the distribution where the recipe has a bonus for it, else estimated by the token itself, without gradient.</param>
/// <param name="Values">V before each token.</param>
internal sealed record PpoForward(ResponseTokens Places, Tensor LogProbs, Tensor Entropy, Tensor Values)
{
    public static PpoForward Of(LanguageModel policy, RewardModel critic, IReadOnlyList<ResponseGroup> groups, PpoRecipe recipe)
    {
        var (batch, places) = (GroupBatch.ForLogProbs(groups), ResponseTokens.Of(groups));
        var states = batch.Hidden(policy);
        // The bonus has a gradient of the whole distribution; without it nothing but the sampled tokens is needed.
        var logits = recipe.EntropyWeight > 0 ? batch.Asked.Logits(policy, states) : null;
        var now = places.Rows(logits is null ? batch.Asked.LogProbs(policy, states, recipe.Temperature) : TokenDistribution.LogProbs(logits, batch.Asked.Targets, recipe.Temperature));
        return new(places, now, logits is null ? -now.detach() : places.Rows(TokenDistribution.Entropy(logits, recipe.Temperature)), places.Rows(ValuesOf(critic, batch, recipe)));
    }

    /// <summary>V before each asked token, [asked].</summary>
    public static Tensor ValuesOf(RewardModel critic, GroupBatch batch, PpoRecipe recipe)
    {
        using var scope = NewDisposeScope();
        var values = critic.Rewards(batch.Hidden(critic.Body).index_select(0, batch.Asked.Rows));
        // It begins as the reward model, in the unit of the rewards that it is to foretell.
        return (recipe.NormaliseRewards && critic.Scale is { } scale ? scale.Normalised(values) : values).MoveToOuterDisposeScope();
    }
}
