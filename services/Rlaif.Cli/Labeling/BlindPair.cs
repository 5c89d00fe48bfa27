using Rlaif.Contracts;

namespace Rlaif.Cli.Labeling;

/// <summary>A pair as one person sees it: two texts, in an order drawn from the pair and the person's name, so that neither place stands for
/// anything, and the votes so far. Votes are kept for the pair as it was asked.</summary>
internal sealed class BlindPair(LabelPreference command, string labeler)
{
    private readonly List<Vote> votes = [];

    private readonly bool turned = RlaifId.Seed(RlaifId.Of(command.PairId, labeler, "order")) % 2 == 1;

    public LabelPreference Command => command;

    public Candidate Left => turned ? command.Second : command.First;

    public Candidate Right => turned ? command.First : command.Second;

    /// <summary>What is asked now; null: all principles have their vote.</summary>
    public PrincipleText? Asked => votes.Count < command.Principles.Count ? command.Principles[votes.Count] : null;

    /// <summary>Place of what is asked now among the principles, from 1.</summary>
    public int Place => votes.Count + 1;

    /// <param name="left">Probability that the left response is better.</param>
    /// <param name="detail">What the person says about it; null: nothing.</param>
    public void Vote(double left, string? detail) =>
        votes.Add(new() { Principle = Asked!.Id, Preference = turned ? 1 - left : left, Detail = detail });

    /// <summary>Takes the last vote back; false when there is none.</summary>
    public bool TakeBack()
    {
        if (votes.Count == 0)
        {
            return false;
        }

        votes.RemoveAt(votes.Count - 1);
        return true;
    }

    public PreferenceLabeled Label() => new()
    {
        Id = command.Id,
        RunId = command.RunId,
        PairId = command.PairId,
        Pool = command.Pool,
        Labeler = labeler,
        Votes = [.. votes],
    };
}
