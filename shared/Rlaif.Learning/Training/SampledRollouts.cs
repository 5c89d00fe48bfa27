using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Responses that the policy samples, and what they are worth. Takes over the rewards.</summary>
/// <param name="samples">Responses to each prompt.</param>
/// <param name="endIds">Tokens that end a response.</param>
/// <param name="seed">With batch and place, the random numbers of a response.</param>
internal sealed class SampledRollouts(
    IReadOnlyList<int[]> prompts, RewardMix rewards, OnlineRecipe recipe, int samples, IReadOnlyList<int> endIds, ulong seed) : IRollouts
{
    // The order of the prompts has the streams of the seed itself.
    private readonly ulong draws = ~seed;

    public IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel) =>
        Rewarded(Sample(policy, batch, prompts, cancel), cancel);

    /// <summary>Answers that nobody has judged yet.</summary>
    public SampledBatch Sample(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel)
    {
        var sampled = Sampler.Sample(policy, [.. prompts.SelectMany((prompt, place) => Requests(prompt, batch, place))], cancel: cancel);
        return new(
            batch, [.. sampled.Select((response, row) => new SampledAnswer(prompts[row / samples], Prompt(prompts[row / samples]), Ids(response), response.Ended))],
            [.. sampled.Select(response => response.Tokens.Select(token => token.DrawnLogProb).ToArray())]);
    }

    /// <summary>Tells those who judge of answers that are rewarded later.</summary>
    public void Announce(SampledBatch sampled) => rewards.Announce(sampled.Answers);

    /// <summary>Answers with what they are worth.</summary>
    public IReadOnlyList<Rollout> Rewarded(SampledBatch sampled, CancellationToken cancel)
    {
        SampledAnswer[] answers = [.. sampled.Answers];
        var (sums, parts) = rewards.Of(answers, samples, cancel);
        var totals = Shaped(sums, answers);
        return
        [
            .. answers.Chunk(samples).Select((siblings, place) =>
            {
                var own = (place * samples)..((place + 1) * samples);
                IReadOnlyList<RewardPart> said = [.. parts.Select(part => part with { Scores = [.. part.Scores.Take(own)] })];
                return new Rollout(new(siblings[0].PromptTokens, [.. siblings.Select(answer => answer.Tokens)]), [.. siblings.Select(answer => answer.Ended)], totals[own])
                {
                    Parts = recipe.Rewards is null ? [] : said,
                    Behaviour = [.. sampled.LogProbs.Take(own)],
                    IsJudged = said.Any(part => part.Scores.Any(score => !float.IsNaN(score))),
                };
            }),
        ];
    }

    public IReadOnlyList<float> Greedy(LanguageModel policy, IReadOnlyList<int> prompts, CancellationToken cancel)
    {
        var sampled = Sampler.Sample(policy, [.. prompts.Select(prompt => new SamplingRequest(Prompt(prompt), 0, 1, recipe.MaxNewTokens, draws, 0, endIds))], cancel: cancel);
        SampledAnswer[] answers = [.. sampled.Select((response, row) => new SampledAnswer(prompts[row], Prompt(prompts[row]), Ids(response), response.Ended))];
        return Shaped(rewards.Of(answers, 1, cancel).Sums, answers);
    }

    public void Dispose() => rewards.Dispose();

    private int[] Prompt(int prompt) => prompts[prompt];

    private static int[] Ids(SampledResponse response) => [.. response.Tokens.Select(token => token.Id)];

    private IEnumerable<SamplingRequest> Requests(int prompt, int batch, int place) => Enumerable.Range(place * samples, samples).Select(row =>
        new SamplingRequest(Prompt(prompt), recipe.Temperature, 1, recipe.MaxNewTokens, draws, ((ulong)batch << 32) | (uint)row, endIds));

    private float[] Shaped(float[] sums, SampledAnswer[] answers)
    {
        using var scope = NewDisposeScope();
        return RewardShaping.Scores(tensor(sums, device: CPU), tensor(answers.Select(answer => answer.Ended).ToArray(), device: CPU), missingEndPenalty: recipe.MissingEndPenalty)
            .data<float>().ToArray();
    }
}
