using Rlaif.Learning.Training;

namespace Rlaif.Learning.Probes;

/// <summary>What responses are like as texts, which a tokenizer's owner measures.</summary>
/// <param name="Rules">Mean score by the rules, 0 to 1; NaN where no rule says anything.</param>
/// <param name="Words">Mean words of a response.</param>
/// <param name="Distinct2">Distinct pairs of words over all pairs of words of all responses together; NaN where no response has two.</param>
public sealed record TextFigures(double Rules, double Words, double Distinct2);

/// <summary>What one look at a policy found.</summary>
/// <param name="Text">Of its responses' texts.</param>
/// <param name="Kl">k3 to the policy that the training started from, mean over responses, nats per sequence; NaN where it is not measured.</param>
internal sealed record ProbeFigures(TextFigures Text, double Kl)
{
    private const string Rules = "probe/rules_score", Words = "probe/words_per_response", Distinct2 = "probe/distinct_2", KlK3 = "probe/kl_k3_nats_per_sequence";

    /// <summary>By name, what was measured.</summary>
    /// <param name="done">Optimizer steps that the policy has behind it.</param>
    public IEnumerable<TrainingMetric> Metrics(int done) =>
        new[] { new TrainingMetric(done, Rules, Text.Rules), new(done, Words, Text.Words), new(done, Distinct2, Text.Distinct2), new(done, KlK3, Kl) }
            .Where(metric => !double.IsNaN(metric.Value));

    /// <summary>The rules' best score of the looks so far; NaN where there is none.</summary>
    public static double BestRules(IReadOnlyList<TrainingMetric> metrics) =>
        metrics.Where(metric => metric.Name == Rules).Select(metric => metric.Value).DefaultIfEmpty(double.NaN).Max();

    /// <summary>The first look of a training that goes on; null when it had none.</summary>
    public static ProbeFigures? Start(IReadOnlyList<TrainingMetric> metrics)
    {
        double Of(string name) => metrics.FirstOrDefault(metric => metric.Step == 0 && metric.Name == name)?.Value ?? double.NaN;
        return double.IsNaN(Of(Words)) ? null : new(new(Of(Rules), Of(Words), Of(Distinct2)), Of(KlK3));
    }
}
