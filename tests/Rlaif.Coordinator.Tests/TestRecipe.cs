using Rlaif.Recipes;

namespace Rlaif.Coordinator.Tests;

/// <summary>A recipe of two small rounds: rules settle, a judge shadows half of the pairs; reward model, SFT, DPO.</summary>
internal static class TestRecipe
{
    public static Recipe Of(params OptimizationRecipe[] optimize) => new()
    {
        Name = "test",
        Policy = "policy",
        Constitution = "constitution.yaml",
        Rounds = 2,
        Prompts = new() { Train = "prompts.jsonl" },
        Sampling = new() { Samples = 3, BatchPrompts = 2 },
        Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["rules"] = "settle", ["judge"] = "shadow" },
        Judge = new() { Share = 0.5 },
        Pairs = new() { LabeledPerPrompt = 4, KeptPerPrompt = 3 },
        Optimize = optimize is [] ? [Sft, Dpo] : optimize,
        Evaluation = new() { Samples = 2 },
    };

    public static OptimizationRecipe Sft { get; } = new() { Sft = new() };

    public static OptimizationRecipe Dpo { get; } = new() { Dpo = new() };
}
