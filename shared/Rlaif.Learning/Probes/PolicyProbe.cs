using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Probes;

/// <summary>Asks a policy in training the same prompts with the same random numbers, as often as it is told to. What it samples nobody learns from, and
/// its random numbers are nobody else's: a training with a probe ends in the bytes of one without.</summary>
/// <param name="start">The policy that the training starts from, frozen, for the KL; null: it is not measured.</param>
/// <param name="asked">Prompts by their place, drawn from <paramref name="prompts"/>.</param>
/// <param name="texts">Measures responses as texts.</param>
internal sealed class PolicyProbe(
    LanguageModel policy, LanguageModel? start, IReadOnlyList<int[]> prompts, IReadOnlyList<int> asked, OnlineRecipe recipe, IReadOnlyList<int> endIds, ulong seed,
    Func<IReadOnlyList<SampledAnswer>, TextFigures> texts)
{
    private readonly int samples = recipe.Alarm!.Samples;

    /// <summary>So many prompts of the training, or all.</summary>
    public static int[] Draw(int prompts, int most, ulong seed) =>
        [.. BatchOrder.Shuffled([.. Enumerable.Range(0, prompts)], new RandomStream(Draws(seed), ulong.MaxValue)).Take(most).Order()];

    /// <summary>The policy as it is now.</summary>
    public ProbeFigures Look(CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        // No more at once than a batch of rollouts has prompts.
        SampledAnswer[] answers = [.. asked.Index().Chunk(recipe.Batch).SelectMany(some => Answers(some, cancel))];
        return new(texts(answers), start is null ? double.NaN : Kl(start, answers, cancel));
    }

    // The order of the prompts has the streams of the seed, PPO's passes those of the next one, and samples those of its complement.
    private static ulong Draws(ulong seed) => ~(seed + 1);

    private IEnumerable<SampledAnswer> Answers((int Place, int Prompt)[] some, CancellationToken cancel)
    {
        var requests = some.SelectMany(one => Enumerable.Range(one.Place * samples, samples).Select(row =>
            new SamplingRequest(prompts[one.Prompt], recipe.Temperature, 1, recipe.MaxNewTokens, Draws(seed), (ulong)row, endIds)));
        return Sampler.Sample(policy, [.. requests], cancel: cancel).Select((response, row) => new SampledAnswer(
            some[row / samples].Prompt, prompts[some[row / samples].Prompt], [.. response.Tokens.Select(token => token.Id)], response.Ended));
    }

    private double Kl(LanguageModel before, SampledAnswer[] answers, CancellationToken cancel)
    {
        ResponseGroup[] groups = [.. answers.Chunk(samples).Select(own => new ResponseGroup(own[0].PromptTokens, [.. own.Select(answer => answer.Tokens)]))];
        float[][] LogProbs(LanguageModel model) => GroupTokens.Of(groups, batch => ResponseTokens.LogProbs(model, batch, recipe.Temperature), cancel);
        return LogProbs(policy).Zip(LogProbs(before)).Average(pair =>
        {
            using var scope = NewDisposeScope();
            var (now, reference) = (tensor(pair.First), tensor(pair.Second));
            return KlEstimator.Of(KlKind.K3, now, reference, ones_like(now)).sum().item<float>();
        });
    }
}
