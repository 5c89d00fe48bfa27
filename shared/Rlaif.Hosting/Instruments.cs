using System.Diagnostics.Metrics;
using System.Text.Json;
using Rlaif.Contracts;

namespace Rlaif.Hosting;

/// <summary>What the services count. Prometheus adds the unit and, to counters, <c>_total</c>.</summary>
public static class Instruments
{
    /// <summary>The meter's name; training counts its tokens under it too.</summary>
    public const string Name = "Rlaif";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Judgements = Meter.CreateCounter<long>("rlaif_judgements", description: "Votes stored, by what they say");
    private static readonly Counter<long> Labels = Meter.CreateCounter<long>("rlaif_labels", description: "Labels stored");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("rlaif_tokens", description: "Tokens, by what was done with them");
    private static readonly Counter<long> JudgeCalls = Meter.CreateCounter<long>("rlaif_judge_calls", description: "Calls of a judge's model, by how they ended");
    private static readonly Gauge<long> TrainingStep = Meter.CreateGauge<long>("rlaif_training_step", description: "Step of the training that runs here");

    /// <summary>A label that was not there before, with its votes.</summary>
    /// <param name="declined">It has none because the labeler would not.</param>
    public static void Labeled(PreferenceLabeled label, bool declined)
    {
        ArgumentNullException.ThrowIfNull(label);
        var labeler = KeyValuePair.Create("labeler", (object?)label.Labeler);
        Labels.Add(1, KeyValuePair.Create("pool", (object?)label.Pool));
        if (declined)
        {
            Judgements.Add(1, labeler, Outcome("declined"));
        }

        foreach (var vote in label.Votes)
        {
            Judgements.Add(1, labeler, Outcome(vote switch
            {
                { Failure: { } failure } => JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString()),
                { NotApplicable: true } => "not_applicable",
                { Preference: 0.5 } => "tie",
                _ => "preference",
            }));
        }
    }

    /// <summary>Tokens that a policy wrote.</summary>
    public static void Sampled(long tokens) => Tokens.Add(tokens, Kind("sampled"));

    /// <summary>A call of a judge's model: what its endpoint says that it took, for whoever pays by the token.</summary>
    public static void Asked(string labeler, string outcome, int promptTokens, int answerTokens)
    {
        JudgeCalls.Add(1, KeyValuePair.Create("labeler", (object?)labeler), Outcome(outcome));
        Tokens.Add(promptTokens, Kind("judge_prompt"));
        Tokens.Add(answerTokens, Kind("judge_answer"));
    }

    /// <summary>How far the training of this process is; 0: none runs.</summary>
    public static void Trained(string kind, int step) => TrainingStep.Record(step, Kind(JsonNamingPolicy.SnakeCaseLower.ConvertName(kind)));

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);
}
