using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Judge.Tests;

/// <summary>A run whose pairs the model judge settles.</summary>
internal static class JudgedRun
{
    public static async Task Create(Database database, JudgeRecipe judge, string run, CancellationToken cancel)
    {
        await database.Migrate(cancel);
        var recipe = new Recipe
        {
            Name = "test",
            Policy = "policy",
            Constitution = "constitution.yaml",
            Prompts = new() { Train = "prompts.jsonl" },
            Labelers = new Dictionary<string, string> { ["judge"] = "settle" },
            Optimize = [],
            Judge = judge,
        };
        await new RunTables(database).Create(
            new() { Id = RlaifId.Of(run), Name = run, Recipe = Json.Of(recipe), StartPolicy = "policy-of-the-start", CreatedAt = DateTimeOffset.UnixEpoch },
            AsyncEnumerable.Empty<PromptRow>(), cancel);
    }
}
