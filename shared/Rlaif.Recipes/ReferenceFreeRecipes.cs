namespace Rlaif.Recipes;

/// <summary>Simple preference optimisation: mean log-probabilities, a margin, no reference.</summary>
public sealed record SimpoRecipe : TrainingRecipe
{
    /// <summary>Rewards of a nat per token (Meng et al. 2024: 2 to 10; TRL's example: 2).</summary>
    [Between(0.01, 100, "2")]
    public double Beta { get; init; } = 2;

    /// <summary>Margin by which the better response is to win (Meng et al. 2024: 0.3 to 0.5 of beta; TRL: 0.5).</summary>
    [Between(0, 100, "0.5")]
    public double Gamma { get; init; } = 0.5;

    /// <summary>AlphaPO's form of the reward; 0: SimPO.</summary>
    [Between(-10, 10, "0")]
    public double Alpha { get; init; }

    /// <summary>How many labels are taken to be wrong.</summary>
    [Between(0, 0.49, "0")]
    public double LabelSmoothing { get; init; }
}

/// <summary>Contrastive preference optimisation: DPO under a uniform reference, and likelihood of the better response.</summary>
public sealed record CpoRecipe : TrainingRecipe
{
    /// <summary>Loss of the margin.</summary>
    [OneOf("sigmoid", "hinge", "ipo")]
    public string Loss { get; init; } = "sigmoid";

    /// <summary>Rewards of a nat per sequence, of ipo per token (Xu et al. 2024: 0.1).</summary>
    [Between(1e-4, 10, "0.1")]
    public double Beta { get; init; } = 0.1;

    /// <summary>Weight of the likelihood term, in nats per token (Xu et al. 2024: 1).</summary>
    [Between(0, 100, "1")]
    public double NllWeight { get; init; } = 1;
}

/// <summary>Odds ratio preference optimisation: supervised training on the better response with a preference term.</summary>
public sealed record OrpoRecipe : TrainingRecipe
{
    /// <summary>Weight of the odds ratio (Hong et al. 2024 write it as lambda; TRL: 0.1).</summary>
    [Between(1e-4, 100, "0.1")]
    public double Beta { get; init; } = 0.1;
}
