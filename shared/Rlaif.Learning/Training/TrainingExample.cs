using System.Collections.ObjectModel;

namespace Rlaif.Learning.Training;

/// <summary>A prompt and the response that is learnt or scored, as token ids.</summary>
/// <param name="Prompt">At least one token: the first response token needs a predecessor.</param>
/// <param name="Response">At least one token, as sampled; its end token is in it when the response ended, and only then.</param>
public sealed record TrainingExample(int[] Prompt, int[] Response);

/// <summary>A preference pair as token ids.</summary>
/// <param name="Prompt">At least one token.</param>
/// <param name="Chosen">At least one token, end token included when the response ended.</param>
/// <param name="Rejected">The same.</param>
/// <param name="Preference">p that chosen is better, 0..1.</param>
public sealed record TrainingPair(int[] Prompt, int[] Chosen, int[] Rejected, double Preference)
{
    /// <summary>Labelers found neither better, whatever <see cref="Preference"/> says: losses that know ties take it as one, all others as one half.</summary>
    public bool Tie { get; init; }

    /// <summary>p that chosen is better under single principles; empty where nobody said.</summary>
    public IReadOnlyDictionary<string, double> Principles { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>p that chosen is better, as it is learnt: one half for a tie.</summary>
    public double Label => Tie ? 0.5 : Preference;

    /// <summary>What the pair says of each response on its own: chosen is desirable with p, rejected with 1 - p.</summary>
    public IReadOnlyList<JudgedExample> Sides => [new(Prompt, Chosen, Label), new(Prompt, Rejected, 1 - Label)];
}

/// <summary>A response on its own that is desirable or not, as token ids.</summary>
/// <param name="Prompt">At least one token.</param>
/// <param name="Response">At least one token, end token included when the response ended.</param>
/// <param name="Desirable">Probability that it is a desirable one, 0..1.</param>
public sealed record JudgedExample(int[] Prompt, int[] Response, double Desirable);
