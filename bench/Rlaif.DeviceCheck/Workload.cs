using Rlaif.Learning.Models;

namespace Rlaif.DeviceCheck;

/// <summary>What is timed.</summary>
/// <param name="Model">Shape; its weights are random.</param>
/// <param name="Prefill">Prompts that are read, and their length.</param>
/// <param name="Decode">Responses sampled at once, and tokens of each, after prompts of <paramref name="DecodePrompt"/> tokens.</param>
/// <param name="DecodePrompt">Tokens.</param>
/// <param name="Batch">Examples or pairs of an optimizer step.</param>
/// <param name="Prompt">Tokens of a training prompt.</param>
/// <param name="Response">Tokens of the one response of an example; a pair's two have half of it each, so a row is as long.</param>
/// <param name="Steps">Optimizer steps; the first third is not timed.</param>
/// <param name="Group">A step of GRPO.</param>
internal sealed record Workload(
    ModelConfig Model, (int Prompts, int Tokens) Prefill, IReadOnlyList<(int Rows, int Tokens)> Decode, int DecodePrompt,
    int Batch, int Prompt, int Response, int Steps, Rollouts Group)
{
    /// <summary>The shape of SmolLM2-135M.</summary>
    public static Workload SmolLm2 { get; } = new(
        new()
        {
            Architecture = "llama", HiddenSize = 576, Layers = 30, Heads = 9, KeyValueHeads = 3, HeadDim = 64, FeedForward = 1536, Vocabulary = 49_152,
            MaxPositions = 8192, RopeTheta = 100_000, TiedEmbeddings = true,
        },
        (64, 512), [(32, 128), (256, 64)], DecodePrompt: 64, Batch: 16, Prompt: 128, Response: 384, Steps: 15, new(Prompts: 8, Samples: 8, Prompt: 256, NewTokens: 128, Ends: 256));

    /// <summary>Seconds on a CPU.</summary>
    public static Workload Tiny { get; } = new(
        new()
        {
            Architecture = "llama", HiddenSize = 64, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadDim = 16, FeedForward = 128, Vocabulary = 512,
            MaxPositions = 256, TiedEmbeddings = true,
        },
        (4, 32), [(4, 8)], DecodePrompt: 8, Batch: 4, Prompt: 8, Response: 24, Steps: 6, new(Prompts: 2, Samples: 2, Prompt: 8, NewTokens: 8, Ends: 64));
}

/// <summary>What a step of a group algorithm samples.</summary>
/// <param name="Prompts">Prompts, and of how many tokens each.</param>
/// <param name="Samples">Responses to each, of at most <paramref name="NewTokens"/>.</param>
/// <param name="Prompt">Tokens.</param>
/// <param name="NewTokens">Tokens.</param>
/// <param name="Ends">Ids, from 0, that end a response: random weights draw one by chance, so that lengths differ as those of real responses.</param>
internal sealed record Rollouts(int Prompts, int Samples, int Prompt, int NewTokens, int Ends);
