using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>What defines a run. Every default here is written out by <c>rlaif show RUN --json</c>; a recipe names only what differs.</summary>
public sealed record Recipe
{
    /// <summary>Short name of the recipe, shown in lists.</summary>
    public required string Name { get; init; }

    /// <summary>The starting policy: a Hugging Face folder or a .gguf file.</summary>
    [FilePath]
    public required string Policy { get; init; }

    /// <summary>The constitution: a YAML file.</summary>
    [FilePath]
    public required string Constitution { get; init; }

    /// <summary>Names every draw of the run. Same recipe and seed: same bytes.</summary>
    [Between(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>Rounds of feedback and optimisation.</summary>
    [Between(1, 1000, "3")]
    public int Rounds { get; init; } = 3;

    /// <summary>Threads of the tensor library: part of the result's bytes, so part of the recipe.</summary>
    [Between(1, 256, "2")]
    public int Threads { get; init; } = 2;

    /// <summary>Of matrix products: part of the result's bytes. Auto is resolved when the run is created, by a table of processors, and not stored.</summary>
    [OneOf("float32", "bfloat16", "tensorfloat32", "auto")]
    public string Precision { get; init; } = "float32";

    /// <summary>Where it is computed: part of the result's bytes.</summary>
    [OneOf("cpu", "cuda")]
    public string Device { get; init; } = "cpu";

    /// <summary>Where prompts come from.</summary>
    public required PromptsRecipe Prompts { get; init; }

    /// <summary>How responses are sampled.</summary>
    public SamplingRecipe Sampling { get; init; } = new();

    /// <summary>Critique and revision of one sample of each prompt.</summary>
    public RevisionRecipe Revision { get; init; } = new();

    /// <summary>Who labels: pool name to <c>settle</c> (its votes count) or <c>shadow</c> (stored and reported, not settled).</summary>
    [OneOf("settle", "shadow")]
    public required IReadOnlyDictionary<string, string> Labelers { get; init; }

    /// <summary>The model behind the pool <c>judge</c>.</summary>
    public JudgeRecipe Judge { get; init; } = new();

    /// <summary>Which pairs are labeled and kept.</summary>
    public PairsRecipe Pairs { get; init; } = new();

    /// <summary>The reward model of each round.</summary>
    public RewardModelRecipe RewardModel { get; init; } = new();

    /// <summary>The algorithms of each round, in order.</summary>
    public required IReadOnlyList<OptimizationRecipe> Optimize { get; init; }

    /// <summary>How a round's policy is compared and when it is promoted.</summary>
    public EvaluationRecipe Evaluation { get; init; } = new();

    /// <summary>Whether the judge's word counts for what is trained: its votes settle pairs, or reward responses.</summary>
    [JsonIgnore]
    public bool JudgeCounts => Labelers.GetValueOrDefault("judge") == "settle" || RewardsByJudge;

    /// <summary>Whether a model is asked at all.</summary>
    [JsonIgnore]
    public bool AsksJudge => Labelers.ContainsKey("judge") || RewardsByJudge;

    private bool RewardsByJudge => Optimize.Any(one => one.Online?.Rewards is { Judge: > 0 });
}

/// <summary>Where prompts come from. With one file for all (<see cref="Train"/> alone), training, evaluation and demo prompts are
/// disjoint draws from it.</summary>
public sealed record PromptsRecipe
{
    /// <summary>JSON lines: ours, prompt-only, conversational, or HH transcripts; .gz too.</summary>
    [FilePath]
    public required string Train { get; init; }

    /// <summary>Held-out prompts; null: drawn from <see cref="Train"/>.</summary>
    [FilePath]
    public string? Evaluation { get; init; }

    /// <summary>Prompts of the before/after answers; null: drawn from <see cref="Train"/>.</summary>
    [FilePath]
    public string? Demo { get; init; }

    /// <summary>Prompts per round. With <see cref="Balance"/>: per tag.</summary>
    [Between(1, 1_000_000, "64")]
    public int PerRound { get; init; } = 64;

    /// <summary>Draw the same number from every tag.</summary>
    public bool Balance { get; init; }

    /// <summary>Factor on <see cref="PerRound"/> for single tags, for example <c>unsafe: 1.5</c>.</summary>
    [Between(0.01, 100, "1.5")]
    public IReadOnlyDictionary<string, double> Boost { get; init; } = new Dictionary<string, double>();

    /// <summary>Prompts whose rendered form has more tokens are left out.</summary>
    [Between(1, 1_000_000, "256")]
    public int MaxTokens { get; init; } = 256;
}

/// <summary>How responses are sampled.</summary>
public sealed record SamplingRecipe
{
    /// <summary>Samples of each prompt.</summary>
    [Between(2, 64, "4")]
    public int Samples { get; init; } = 4;

    /// <summary>1 samples from the policy itself, as DPO and KL estimates assume.</summary>
    [Between(0, 10, "1")]
    public double Temperature { get; init; } = 1;

    /// <summary>Smallest set of tokens whose probability reaches this; 1 keeps all.</summary>
    [Between(0.01, 1, "1")]
    public double TopP { get; init; } = 1;

    /// <summary>Longest response in tokens.</summary>
    [Between(1, 100_000, "64")]
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Prompts of one generation command. Part of the bytes.</summary>
    [Between(1, 4096, "32")]
    public int BatchPrompts { get; init; } = 32;
}

/// <summary>Critique and revision.</summary>
public sealed record RevisionRecipe
{
    /// <summary>Whether one sample of each prompt is criticised and revised.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary><c>generic</c>: the constitution's own request for all principles; <c>drawn</c>: one principle drawn for each draft,
    /// as SL-CAI does.</summary>
    [OneOf("generic", "drawn")]
    public string Principle { get; init; } = "drawn";

    /// <summary>Longest critique in tokens.</summary>
    [Between(1, 10_000, "48")]
    public int CritiqueTokens { get; init; } = 48;
}

/// <summary>The model behind the pool <c>judge</c>: by default the run's own starting policy, frozen, on the Generator's endpoint.</summary>
public sealed record JudgeRecipe
{
    /// <summary>Address of an OpenAI-compatible endpoint, up to and including /v1; null: the Generator's.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The model's name there; null: the starting policy. The key is read from RLAIF_JUDGE_KEY.</summary>
    public string? Model { get; init; }

    /// <summary><c>pairwise</c>: both orders, d and b stored; <c>pointwise</c>: log-odds of yes for each response alone.</summary>
    [OneOf("pairwise", "pointwise")]
    public string Form { get; init; } = "pairwise";

    /// <summary>Share of the pairs that a shadowing judge labels.</summary>
    [Between(0, 1, "1")]
    public double Share { get; init; } = 1;

    /// <summary>Pairs with a known human choice (HH transcripts) on which the judge is measured; 0: none.</summary>
    [Between(0, 100_000, "100")]
    public int CalibrationPairs { get; init; }

    /// <summary>Calls at once.</summary>
    [Between(1, 1024, "8")]
    public int Parallel { get; init; } = 8;

    /// <summary>Seconds after which a call is a failure.</summary>
    [Between(1, 3600, "120")]
    public int TimeoutSeconds { get; init; } = 120;
}

/// <summary>Which pairs are labeled and kept.</summary>
public sealed record PairsRecipe
{
    /// <summary>Pairs of one prompt that are labeled, drawn from all pairs of its candidates.</summary>
    [Between(1, 1000, "10")]
    public int LabeledPerPrompt { get; init; } = 10;

    /// <summary>Decided pairs of one prompt that are kept for training.</summary>
    [Between(1, 1000, "6")]
    public int KeptPerPrompt { get; init; } = 6;

    /// <summary>A settled preference within this distance of one half is a tie and is dropped.</summary>
    [Between(0, 0.5, "0.05")]
    public double TieMargin { get; init; } = 0.05;
}
