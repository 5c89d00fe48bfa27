namespace Rlaif.Learning.Models;

/// <summary>The shape of a Llama-family decoder: everything that decides which weights it has and how they are used.</summary>
public sealed record ModelConfig
{
    /// <summary><c>llama</c>, <c>mistral</c> (no sliding window), <c>qwen2</c> (biases on query, key and value) or <c>qwen3</c> (norms on query and key).</summary>
    public required string Architecture { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads per layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads per layer; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; even. Heads times this need not be the hidden size.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of the gated feed-forward part.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Longest sequence in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Base of the rotary frequencies. Llama 2: 10 000.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>How the frequencies are stretched for long contexts; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Epsilon of the RMS norms. Llama 2: 1e-5.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether the head is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether query, key and value have biases (Qwen2).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether every head of query and key has an RMS norm before it is turned (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Token that begins a text, if there is one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a text, in file order: those of config.json, then those only generation_config.json names.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Token that fills a batch, if there is one.</summary>
    public int? PadTokenId { get; init; }
}

/// <summary>Stretched rotary frequencies, by the names of transformers: <c>linear</c>, <c>llama3</c>, <c>yarn</c>;
/// <c>factors</c> is GGUF's form, one divisor per frequency.</summary>
public sealed record RopeScaling
{
    /// <summary>Which of the forms.</summary>
    public required string Kind { get; init; }

    /// <summary>By how much the context is stretched.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Context length before the stretching; llama3 and yarn need it.</summary>
    public int OriginalMaxPositions { get; init; }

    /// <summary>llama3: waves longer than the original context divided by this are stretched fully.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: waves shorter than the original context divided by this are left alone.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: scale of cosine and sine; null means 0.1 ln(factor) + 1 (arXiv 2309.00071, eq. 22).</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: dimensions that turn more often than this over the original context are left alone.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: dimensions that turn less often than this are stretched fully.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>factors: the divisor of each frequency, [head width / 2].</summary>
    public IReadOnlyList<float> Divisors { get; init; } = [];
}
