using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Kahneman-Tversky optimisation against log-probabilities of the reference that were computed before the first step.</summary>
/// <param name="policy">Trained.</param>
/// <param name="responses">The examples.</param>
/// <param name="reference">Chosen: of the responses; rejected: of the mismatched ones.</param>
/// <param name="recipe">Its settings.</param>
internal sealed class KtoObjective(LanguageModel policy, IReadOnlyList<JudgedResponse> responses, ReferenceLogProbs reference, KtoRecipe recipe) : IObjective
{
    private readonly TokenSequence[] mismatched = [.. responses.Select(r => TokenSequence.Of(r.Prompt, r.Mismatched))];

    public IReadOnlyList<NamedWeight> Weights => policy.Trained;

    public IReadOnlyList<int> Lengths { get; } = [.. responses.Select(r => r.Prompt.Length + r.Response.Length)];

    /// <remarks>Both log-ratios tell what the loss does not: desirable ones that fall with the others are forgotten.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        "kto/loss", "kto/accuracy", "kto/margin", "kto/baseline_nats_per_sequence",
        "kto/desirable_log_ratio_nats_per_sequence", "kto/undesirable_log_ratio_nats_per_sequence",
    ];

    /// <summary>The responses as pairs of a batch: one of the prompt's own and one of another.</summary>
    public static IReadOnlyList<TrainingPair> Pairs(IReadOnlyList<JudgedResponse> responses) =>
        [.. responses.Select(r => new TrainingPair(r.Prompt, r.Response, r.Mismatched, r.Desirable))];

    /// <remarks>The baseline is one for the whole step, so it is computed before the first part: a pass without gradients, in batches that do not depend
    /// on how the step is cut.</remarks>
    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count)
    {
        Desirable = examples.Sum(i => responses[i].Desirable),
        Baseline = recipe.Loss == "kto" ? Baseline(examples) : 0,
    };

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        var batch = TokenBatch.Of([.. examples.Select(i => TokenSequence.Of(responses[i].Prompt, responses[i].Response))]);
        var ratios = batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy)) - tensor([.. examples.Select(i => reference.Chosen[i])]);
        var desirable = tensor([.. examples.Select(i => (float)responses[i].Desirable)]);
        var loss = KtoLoss.Of(ratios, desirable, window.Baseline, recipe.Beta, (recipe.DesirableWeight, recipe.UndesirableWeight));
        var good = Share(PairFigures.Sum(desirable * ratios), window.Desirable);
        var bad = Share(PairFigures.Sum((1 - desirable) * ratios), window.Count - window.Desirable);
        return new(loss.sum() / window.Count,
        [
            PairFigures.Sum(loss) / window.Count, PairFigures.Agreements((ratios - window.Baseline).detach(), desirable) / window.Count,
            recipe.Beta * (good - bad), window.Baseline * examples.Count / window.Count, good, bad,
        ]);
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose() => policy.Dispose();

    private double Baseline(IReadOnlyList<int> examples)
    {
        var ratios = new float[examples.Count];
        Inference.ByLength([.. examples.Select(i => mismatched[i].Inputs)], indices =>
        {
            var batch = TokenBatch.Of([.. indices.Select(at => mismatched[examples[at]])]);
            var sums = batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy)).cpu().data<float>();
            for (var i = 0; i < indices.Length; i++)
            {
                ratios[indices[i]] = sums[i] - reference.Rejected[examples[indices[i]]];
            }
        }, CancellationToken.None);
        return KtoLoss.Baseline(tensor(ratios));
    }

    // 0 for a step without any of that kind.
    private static double Share(double sum, double count) => count == 0 ? 0 : sum / count;
}
