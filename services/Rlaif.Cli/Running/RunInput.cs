using System.Text;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Prompts;
using Rlaif.Learning.Text;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>Everything that a run is made of, read and checked before anything is stored.</summary>
internal sealed record RunInput(Recipe Recipe, Constitution Constitution, string ConstitutionText, StartPolicy Policy, PromptSplits Prompts, string PromptsSha256)
{
    /// <exception cref="InputException">Whatever cannot be used, in one sentence.</exception>
    public static async Task<RunInput> Read(Recipe recipe)
    {
        var constitution = Constitution.Read(recipe.Constitution);
        var train = PromptFile.Read(recipe.Prompts.Train);
        var evaluation = recipe.Prompts.Evaluation is { } held ? PromptFile.Read(held) : null;
        var demo = recipe.Prompts.Demo is { } shown ? PromptFile.Read(shown) : null;
        var files = new[] { recipe.Prompts.Train, recipe.Prompts.Evaluation, recipe.Prompts.Demo }.OfType<string>().Select(ArtifactStore.Sha256);
        var policy = await StartPolicy.Read(recipe.Policy);
        bool Fits(Prompt prompt) => policy.Chat.Prompt(Messages(prompt)).Length <= recipe.Prompts.MaxTokens;
        var splits = PromptSplits.Draw(recipe, train, evaluation, demo, Fits);
        return new(recipe, constitution, await File.ReadAllTextAsync(recipe.Constitution, Encoding.UTF8), policy, splits, string.Join('+', files));
    }

    /// <summary>The run's name: of what it is made of, and of no path. The same command is the same run.</summary>
    public Guid Id(string startPolicy) => RlaifId.Of(
        "run", Json.Of(Recipe with { Policy = "", Constitution = "", Prompts = Recipe.Prompts with { Train = "", Evaluation = null, Demo = null } }),
        startPolicy, Constitution.Sha256, PromptsSha256);

    public IReadOnlyList<PromptRow> Rows(Guid runId) =>
    [
        .. Prompts.Train.SelectMany((prompts, round) => Rows(runId, "train", round + 1, prompts)),
        .. Rows(runId, "evaluation", 0, Prompts.Evaluation),
        .. Rows(runId, "demo", 0, Prompts.Demo),
        .. Rows(runId, "calibration", 0, Prompts.Calibration),
    ];

    private static IReadOnlyList<ChatMessage> Messages(Prompt prompt) => [.. prompt.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content))];

    private static IEnumerable<PromptRow> Rows(Guid runId, string split, int round, IReadOnlyList<LoadedPrompt> prompts) =>
        prompts.Select((loaded, i) => new PromptRow
        {
            RunId = runId,
            Split = split,
            Round = round,
            Ordinal = i,
            Id = loaded.Prompt.Id,
            Body = Json.Of(loaded.Prompt),
            HumanChosen = loaded.HumanChosen,
            HumanRejected = loaded.HumanRejected,
        });
}
