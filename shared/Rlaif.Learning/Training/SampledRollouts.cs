using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Responses that the policy samples, and what a reward model says of them. Takes over the judge.</summary>
/// <param name="samples">Responses to each prompt.</param>
/// <param name="endIds">Tokens that end a response.</param>
/// <param name="seed">With batch and place, the random numbers of a response.</param>
internal sealed class SampledRollouts(
    IReadOnlyList<int[]> prompts, RewardJudge judge, OnlineRecipe recipe, int samples, IReadOnlyList<int> endIds, ulong seed) : IRollouts
{
    // The order of the prompts has the streams of the seed itself.
    private readonly ulong draws = ~seed;

    public IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel)
    {
        var sampled = Sampler.Sample(policy, [.. prompts.SelectMany((prompt, place) => Requests(prompt, batch, place))], cancel: cancel);
        TrainingExample[] answers = [.. sampled.Select((response, row) => new TrainingExample(Prompt(prompts[row / samples]), Ids(response)))];
        var rewards = Rewards(answers, sampled, cancel);
        return
        [
            .. prompts.Select((prompt, place) =>
            {
                var of = Enumerable.Range(place * samples, samples).ToList();
                return new Rollout(
                    new(Prompt(prompt), [.. of.Select(row => answers[row].Response)]), [.. of.Select(row => sampled[row].Ended)], [.. of.Select(row => rewards[row])]);
            }),
        ];
    }

    public void Dispose() => judge.Dispose();

    private int[] Prompt(int prompt) => prompts[prompt];

    private static int[] Ids(SampledResponse response) => [.. response.Tokens.Select(token => token.Id)];

    private IEnumerable<SamplingRequest> Requests(int prompt, int batch, int place) => Enumerable.Range(place * samples, samples).Select(row =>
        new SamplingRequest(Prompt(prompt), recipe.Temperature, 1, recipe.MaxNewTokens, draws, ((ulong)batch << 32) | (uint)row, endIds));

    private float[] Rewards(TrainingExample[] answers, IReadOnlyList<SampledResponse> sampled, CancellationToken cancel)
    {
        var scores = judge.Of(answers, cancel);
        using var scope = NewDisposeScope();
        return RewardShaping.Scores(tensor(scores, device: CPU), tensor(sampled.Select(s => s.Ended).ToArray(), device: CPU), missingEndPenalty: recipe.MissingEndPenalty)
            .data<float>().ToArray();
    }
}
