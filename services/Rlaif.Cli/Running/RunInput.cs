using System.Security.Cryptography;
using System.Text;
using Rlaif.Contracts;
using Rlaif.Coordinator.Api;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Prompts;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>Everything that a run is made of, read once and checked before anything is stored.</summary>
/// <param name="PromptsSha256">Of the prompts that were read, under the part that each file plays.</param>
/// <param name="LeftOut">One line for each file with transcripts of which no prompt could be made.</param>
internal sealed record RunInput(
    Recipe Recipe, Constitution Constitution, StartPolicy Policy, PromptSplits Prompts, string PromptsSha256, IReadOnlyList<string> LeftOut)
{
    /// <exception cref="InputException">Whatever cannot be used, in one sentence.</exception>
    public static async Task<RunInput> Read(Recipe written)
    {
        var constitution = Constitution.Read(written.Constitution);
        List<string> leftOut = [];
        var train = Read(written.Prompts.Train, leftOut)!;
        var (evaluation, demo) = (Read(written.Prompts.Evaluation, leftOut), Read(written.Prompts.Demo, leftOut));
        RunDesk.CheckRewards(written, constitution);
        CheckAnswers(written, train);
        var policy = await StartPolicy.Read(written.Policy);
        var recipe = written.Precision == "auto" ? written with { Precision = Fastest(written) } : written;
        var room = new PromptRoom(recipe, constitution, policy.Chat, policy.MaxPositions);
        var splits = PromptSplits.Draw(recipe, train, evaluation, demo, room.Fits);
        room.Check(splits);
        return new(recipe, constitution, policy, splits, $"{Named("train", train)} {Named("evaluation", evaluation)} {Named("demo", demo)}", leftOut);
    }

    /// <summary>The run's name: of what it is made of, and of no path. The same command is the same run.</summary>
    public Guid Id(string startPolicy) => RlaifId.Of("run", Json.Of(Named()), startPolicy, Constitution.Sha256, PromptsSha256);

    /// <summary>The artifact of its prompts.</summary>
    public Task<string> StorePrompts(ArtifactStore artifacts, CancellationToken cancel) => RunPrompts.Store(artifacts, Rows(), cancel);

    /// <summary>The run as a coordinator takes it.</summary>
    /// <param name="startPolicy">Artifact of the policy.</param>
    /// <param name="prompts">Artifact of the prompts.</param>
    public RunDocument Document(string startPolicy, string prompts)
    {
        var id = Id(startPolicy);
        return new()
        {
            Id = id,
            Name = Recipe.Name,
            Recipe = Json.Of(Recipe),
            Seed = Recipe.Seed,
            StartPolicy = startPolicy,
            Constitution = Constitution.Source,
            Prompts = prompts,
        };
    }

    // A trainer would find out too, after everything before it.
    private static void CheckAnswers(Recipe recipe, IReadOnlyList<LoadedPrompt> train)
    {
        if (recipe.Optimize.Any(one => one.Online?.Rewards is { Answer: > 0 }) && train.All(loaded => loaded.Prompt.Expectation?.Answer is null))
        {
            throw new InputException($"The recipe rewards right answers, and no prompt of {recipe.Prompts.Train} has one; write expect.answer, or rows of question and answer. Nothing was started.");
        }
    }

    private IEnumerable<PromptRow> Rows() => Prompts.Train.SelectMany((prompts, round) => Rows("train", round + 1, prompts))
        .Concat(Rows("evaluation", 0, Prompts.Evaluation)).Concat(Rows("demo", 0, Prompts.Demo)).Concat(Rows("calibration", 0, Prompts.Calibration));

    private static string Fastest(Recipe recipe) =>
        FastestPrecision.OfThisMachine(Enum.Parse<DeviceKind>(recipe.Device, ignoreCase: true), ModelFolder.ReadConfig(recipe.Policy).HiddenSize).Precision.ToString().ToLowerInvariant();

    private static IReadOnlyList<LoadedPrompt>? Read(string? path, List<string> leftOut)
    {
        if (path is null)
        {
            return null;
        }

        var prompts = PromptFile.Read(path, out var dropped);
        if (dropped is [var first, ..])
        {
            leftOut.Add($"{path}: {dropped.Count} transcripts left out, the first in line {first.Line} because {first.Reason}.");
        }

        return prompts;
    }

    // Null is not written: a run on the CPU keeps the name that it had before there was a choice.
    private Recipe Named() => Recipe with
    {
        Policy = "", Constitution = "", Prompts = Recipe.Prompts with { Train = "", Evaluation = null, Demo = null },
        Device = Recipe.Device == "cpu" ? null! : Recipe.Device,
    };

    // Of what was read, not of the file: a pipe cannot be read twice, and a file may have changed since.
    private static string Named(string part, IReadOnlyList<LoadedPrompt>? prompts) =>
        $"{part}={(prompts is null ? "null" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Of(prompts)))))}";

    private static IEnumerable<PromptRow> Rows(string split, int round, IReadOnlyList<LoadedPrompt> prompts) =>
        prompts.Select((loaded, i) => new PromptRow
        {
            Split = split,
            Round = round,
            Ordinal = i,
            Id = loaded.Prompt.Id,
            Body = Json.Of(loaded.Prompt),
            HumanChosen = loaded.HumanChosen,
            HumanRejected = loaded.HumanRejected,
        });
}
