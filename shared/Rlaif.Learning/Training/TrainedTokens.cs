using System.Diagnostics.Metrics;

namespace Rlaif.Learning.Training;

/// <summary>Counts what went through a training, under the meter of the services: who listens sees one figure of tokens.</summary>
internal static class TrainedTokens
{
    private static readonly Meter Meter = new("Rlaif");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("rlaif_tokens", description: "Tokens, by what was done with them");

    public static void Add(IObjective objective, int[] window)
    {
        if (Tokens.Enabled)
        {
            Tokens.Add(objective.Tokens(window), KeyValuePair.Create("kind", (object?)"trained"));
        }
    }
}
