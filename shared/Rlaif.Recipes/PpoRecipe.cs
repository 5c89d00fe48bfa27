using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>Proximal policy optimisation in its classic form: one response to each prompt, a critic that begins as the reward model, a penalty for
/// every token's distance to the policy that the training starts from.</summary>
public sealed record PpoRecipe : OnlineRecipe
{
    /// <summary>Passes over each batch of responses (Stiennon et al. 2020 and TRL: 4).</summary>
    [Between(1, 100, "4")]
    public int RolloutEpochs { get; init; } = 4;

    /// <summary>Optimizer steps of each pass (TRL: 1).</summary>
    [Between(1, 1024, "1")]
    public int Minibatches { get; init; } = 1;

    /// <summary>Weight of the KL penalty (k1, in the reward) to begin with (TRL: 0.05; Ziegler et al. 2019: 0.2).</summary>
    [Between(0, 100, "0.05")]
    public double Beta { get; init; } = 0.05;

    /// <summary>What estimates the KL in the reward: k1, log π - log π_ref, whose gradient there is that of the KL; k2, half its square; k3, never negative
    /// (TRL: k1 or k3; OpenRLHF: all three); null: k1.</summary>
    [OneOf("k1", "k2", "k3")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KlEstimator { get; init; }

    /// <summary>KL in nats per sequence that the penalty is moved to bring about (Ziegler et al. 2019: 6); 0: it stays.</summary>
    [Between(0, 10_000, "0")]
    public double KlTarget { get; init; }

    /// <summary>Responses in which an error of a fifth moves the penalty by a fifth (Ziegler et al. 2019: 10 000).</summary>
    [Between(1, 1e9, "10000")]
    public double KlHorizon { get; init; } = 10_000;

    /// <summary>Discount of later rewards (TRL, OpenRLHF, verl: 1).</summary>
    [Between(0, 1, "1")]
    public double Gamma { get; init; } = 1;

    /// <summary>Lambda of generalised advantages (TRL: 0.95).</summary>
    [Between(0, 1, "0.95")]
    public double Lambda { get; init; } = 0.95;

    /// <summary>How far a value counts that has left the one of the rollout, in the unit of rewards (TRL: 0.2).</summary>
    [Between(1e-6, 1e6, "0.2")]
    public double ValueClip { get; init; } = 0.2;

    /// <summary>Peak learning rate of the critic; 0: that of the policy.</summary>
    [Between(0, 1, "0")]
    public double ValueLearningRate { get; init; }

    /// <summary>Batches of responses from which the critic alone learns.</summary>
    [Between(0, 100_000, "0")]
    public int ValueWarmup { get; init; }

    /// <summary>The critic of a round is stored beside its policy, and that of the next round goes on from it; false: it begins as the round's reward model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeepCritic { get; init; }

    /// <summary>Weight of the entropy bonus (TRL: 0).</summary>
    [Between(0, 1, "0")]
    public double EntropyWeight { get; init; }
}
