using Rlaif.Learning.Probes;
using Rlaif.Learning.Rewards;

namespace Rlaif.Learning.Training;

/// <summary>What a training starts from, reads, and where it keeps what a resume needs.</summary>
public sealed record TrainingJob
{
    /// <summary>The model that is trained: a Hugging Face folder or a .gguf file. For a reward model a policy (it gets a fresh scalar head) or an
    /// earlier reward model (it goes on).</summary>
    public required string Start { get; init; }

    /// <summary>The frozen model that the policy is tied to; null: <see cref="Start"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>What judges the samples of algorithms that make their own.</summary>
    public string? RewardModel { get; init; }

    /// <summary>Responses on which the scale of a reward model is measured, JSON lines as examples; null: it gets none.</summary>
    public string? Scale { get; init; }

    /// <summary>Rewards by the rules; null: there are none.</summary>
    public IResponseReward? Rules { get; init; }

    /// <summary>Rewards of right answers; null: none are known.</summary>
    public IResponseReward? Answers { get; init; }

    /// <summary>Rewards by a judge, who compares siblings; null: there is none to ask.</summary>
    public IResponseReward? Judge { get; init; }

    /// <summary>What an alarm knows of sampled responses as texts; null: nothing.</summary>
    public Func<IReadOnlyList<SampledAnswer>, TextFigures>? Texts { get; init; }

    /// <summary>Names what <see cref="Rules"/> are: a training by others is another one.</summary>
    public string? RulesName { get; init; }

    /// <summary>Measures whose alarm people have passed: rules, words, distinct, kl.</summary>
    public IReadOnlyCollection<string> AcceptedAlarms { get; init; } = [];

    /// <summary>Where PPO's critic goes on from, a reward model's folder; null: from <see cref="RewardModel"/>, or without one from <see cref="Start"/>.</summary>
    public string? Critic { get; init; }

    /// <summary>Tokens that end a sampled response; null: those of the model's configuration.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }

    /// <summary>JSON lines of token ids, as <see cref="TrainingData"/> writes them.</summary>
    public required string Data { get; init; }

    /// <summary>Folder of the resumable checkpoints; made when it is not there. The caller removes it when the result is safe.</summary>
    public required string Work { get; init; }

    /// <summary>Names the order of the examples.</summary>
    public ulong Seed { get; init; }

    /// <summary>What another training learnt from, whose loss is measured: nothing is trained and no model is written, the metrics are those of the start on
    /// <see cref="Data"/>, of step 0. Null: a training. Not for algorithms that sample.</summary>
    public string? LossOf { get; init; }

    /// <summary>Told of every step on the torch thread when it is done, before <see cref="TrainingProgress"/>; null: nobody is.</summary>
    public Action<TrainedStep>? Watch { get; init; }
}

/// <summary>What an optimizer step did. After a resume the first one tells of all steps before it: it has their figures and no examples.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Steps">Of the whole training.</param>
/// <param name="Examples">Pairs, responses or prompts.</param>
/// <param name="Tokens">That were computed for it.</param>
/// <param name="Metrics">Its figures.</param>
public sealed record TrainedStep(int Step, int Steps, int Examples, long Tokens, IReadOnlyList<TrainingMetric> Metrics);

/// <summary>One figure of one optimizer step. The name tells unit and estimator; no figure depends on the clock.</summary>
/// <param name="Step">From 1; of a probe the steps that are done, so from 0.</param>
/// <param name="Name">For example <c>dpo/chosen_log_ratio_nats_per_sequence</c>.</param>
/// <param name="Value">Mean over the step's batch, taken before the update.</param>
public sealed record TrainingMetric(int Step, string Name, double Value);

/// <summary>Called on the torch thread after every optimizer step, when its checkpoint (if one is due) is on the disk.</summary>
/// <param name="step">Steps done, from 1; after a resume from the next of the checkpoint.</param>
/// <param name="steps">Steps of the whole training.</param>
public delegate void TrainingProgress(int step, int steps);
