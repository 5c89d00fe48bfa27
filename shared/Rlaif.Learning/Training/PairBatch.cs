namespace Rlaif.Learning.Training;

/// <summary>Preference pairs as groups of two: all chosen responses come first, then all rejected ones.</summary>
internal static class PairBatch
{
    /// <inheritdoc cref="GroupBatch.ForLogProbs"/>
    public static GroupBatch ForLogProbs(IReadOnlyList<TrainingPair> pairs) => GroupBatch.ForLogProbs([.. pairs.Select(Group)]);

    /// <inheritdoc cref="GroupBatch.ForRewards"/>
    public static GroupBatch ForRewards(IReadOnlyList<TrainingPair> pairs) => GroupBatch.ForRewards([.. pairs.Select(Group)]);

    /// <inheritdoc cref="ResponseGroup.Length"/>
    public static int Length(TrainingPair pair) => Group(pair).Length;

    private static ResponseGroup Group(TrainingPair pair) => new(pair.Prompt, [pair.Chosen, pair.Rejected]);
}
