namespace Rlaif.Recipes;

/// <summary>How a small policy is made from nothing: tokenizer and weights, from a data script.</summary>
public sealed record PretrainRecipe
{
    /// <summary>Short name, as it stands in the manifest.</summary>
    public required string Name { get; init; }

    /// <summary>The data script: a C# file that writes dialogues as JSON lines (<c>corpus --documents N --seed S --out FILE</c>).</summary>
    [FilePath]
    public required string Corpus { get; init; }

    /// <summary>Dialogues that the script writes.</summary>
    [Between(1, 100_000_000, "125000")]
    public int Documents { get; init; } = 125_000;

    /// <summary>Names the corpus, the initial weights and the order of batches.</summary>
    [Between(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>Threads of the tensor library: part of the result's bytes.</summary>
    [Between(1, 256, "2")]
    public int Threads { get; init; } = 2;

    /// <summary>Of matrix products: part of the result's bytes.</summary>
    [OneOf("float32", "bfloat16", "tensorfloat32")]
    public string Precision { get; init; } = "float32";

    /// <summary>Where it is computed: part of the result's bytes.</summary>
    [OneOf("cpu", "cuda")]
    public string Device { get; init; } = "cpu";

    /// <summary>Token ids: special tokens, bytes, merges.</summary>
    [Between(300, 1_000_000, "1024")]
    public int Vocabulary { get; init; } = 1024;

    /// <summary>Width of the residual stream.</summary>
    [Between(8, 65_536, "192")]
    public int HiddenSize { get; init; } = 192;

    /// <summary>Decoder layers.</summary>
    [Between(1, 1000, "4")]
    public int Layers { get; init; } = 4;

    /// <summary>Query heads; divide the hidden size.</summary>
    [Between(1, 1024, "6")]
    public int Heads { get; init; } = 6;

    /// <summary>Key and value heads; divide the query heads.</summary>
    [Between(1, 1024, "2")]
    public int KeyValueHeads { get; init; } = 2;

    /// <summary>Width of the gated feed-forward part.</summary>
    [Between(8, 1_000_000, "512")]
    public int FeedForward { get; init; } = 512;

    /// <summary>Longest sequence in tokens.</summary>
    [Between(8, 1_000_000, "512")]
    public int MaxPositions { get; init; } = 512;

    /// <summary>Padded tokens of a step.</summary>
    [Between(16, 10_000_000, "6144")]
    public int BatchTokens { get; init; } = 6144;

    /// <summary>Optimizer steps.</summary>
    [Between(1, 10_000_000, "810")]
    public int Steps { get; init; } = 810;

    /// <summary>Peak learning rate; falls on half a cosine to <see cref="Floor"/>.</summary>
    [Between(1e-9, 1, "3e-3")]
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Share of the peak on which the rate ends.</summary>
    [Between(0, 1, "0.02")]
    public double Floor { get; init; } = 0.02;

    /// <summary>Steps of linear warm-up from 0.</summary>
    [Between(0, 1_000_000, "60")]
    public int WarmupSteps { get; init; } = 60;

    /// <summary>AdamW's decay of the mean squared gradient.</summary>
    [Between(0, 0.99999, "0.98")]
    public double Beta2 { get; init; } = 0.98;

    /// <summary>Decoupled weight decay of matrices.</summary>
    [Between(0, 10, "0.05")]
    public double WeightDecay { get; init; } = 0.05;
}
