namespace Rlaif.Feedback.Datasets;

/// <summary>What is learnt from rows; each takes several of the usual forms of rows.</summary>
public enum DatasetShape
{
    /// <summary>Answers behind what was said before them, or texts on their own.</summary>
    Answers,

    /// <summary>Two answers to each prompt.</summary>
    Pairs,

    /// <summary>Answers that are desirable or not; pairs are two of them.</summary>
    Judged,

    /// <summary>Prompts.</summary>
    Prompts,

    /// <summary>Prompts with what is known of a right answer, where anything is.</summary>
    Tasks,

    /// <summary>Prompts with their right answers.</summary>
    Solved,

    /// <summary>All answers of a row, each on its own.</summary>
    Scored,
}
