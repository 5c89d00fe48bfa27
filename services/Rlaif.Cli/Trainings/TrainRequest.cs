using Rlaif.Feedback.Datasets;
using Rlaif.Recipes;

namespace Rlaif.Cli.Trainings;

/// <summary>A training on files as a user asks for it.</summary>
internal sealed record TrainRequest
{
    public required FileTraining Training { get; init; }

    /// <summary>The policy, or for a reward model a policy or an earlier reward model.</summary>
    public required string Model { get; init; }

    /// <summary>Null: the model itself.</summary>
    public string? Reference { get; init; }

    public string? RewardModel { get; init; }

    /// <summary>The file whose machine checks are the rules of a reward.</summary>
    public string? Constitution { get; init; }

    public required string Data { get; init; }

    /// <summary>Measured before and after the training; null: nothing is.</summary>
    public string? EvaluationData { get; init; }

    public required string Out { get; init; }

    /// <summary>Prompts whose answers before and after are told; not for reward models.</summary>
    public int Samples { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Longest text that is trained on; null: the model's positions.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Usual name of a column to that of the file.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Settings of an algorithm that samples; null: this one does not.</summary>
    public OnlineRecipe? Online => Training.Optimization?.Online;

    public bool IsRewardModel => Training.Algorithm == FileTraining.Reward;

    private bool IsClassifier => Training.Settings is RewardModelRecipe { Classifier: true };

    /// <summary>Whether a reward model is to know mean and deviation of its rewards.</summary>
    public bool StoresScale => Training.Settings is RewardModelRecipe { StoreScale: true };

    /// <summary>What it learns from.</summary>
    public DatasetShape Shape => Training.Optimization switch
    {
        null => IsClassifier ? DatasetShape.Judged : DatasetShape.Pairs,
        { Online.Rewards.Answer: > 0 } => DatasetShape.Solved,
        { Online.ReadsTexts: true } => DatasetShape.Tasks,
        { IsOnline: true } => DatasetShape.Prompts,
        { Sft: not null } => DatasetShape.Answers,
        { Kto: not null } => DatasetShape.Judged,
        _ => DatasetShape.Pairs,
    };

    /// <summary>What its examples are called.</summary>
    public string Examples => Shape switch
    {
        DatasetShape.Prompts or DatasetShape.Tasks or DatasetShape.Solved => "prompts",
        DatasetShape.Pairs => "pairs",
        _ => "answers",
    };
}
