using System.CommandLine;
using Rlaif.Cli.Trainings;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif train ALGORITHM</c>: one algorithm on files. The same command goes on where it was stopped.</summary>
internal static class TrainCommand
{
    private static readonly Dictionary<string, string> About = new(StringComparer.Ordinal)
    {
        ["sft"] = "Supervised fine-tuning on answers, or on texts",
        [FileTraining.Reward] = "A reward model from pairs of answers",
        ["dpo"] = "Direct preference optimisation, and its variants, on pairs",
        ["kto"] = "Kahneman-Tversky optimisation on answers that are desirable or not",
        ["simpo"] = "Simple preference optimisation on pairs, without a reference",
        ["cpo"] = "Contrastive preference optimisation on pairs, without a reference",
        ["orpo"] = "Odds ratio preference optimisation on pairs, without a reference",
        ["grpo"] = "Group-relative policy optimisation on prompts, by rewards",
        ["rloo"] = "REINFORCE leave-one-out on prompts, by rewards",
        ["reinforcePlusPlus"] = "REINFORCE++ on prompts, by rewards, without a critic",
        ["bestOfN"] = "Rejection sampling on prompts: supervised training on the best of the policy's answers, by rewards",
        ["onlineDpo"] = "DPO on the best and the worst of the policy's own answers to prompts, by rewards",
        ["ppo"] = "Proximal policy optimisation on prompts, by rewards; a reward model is also the critic's start",
    };

    public static Command Make()
    {
        var command = new Command("train", "Train on files, without the rounds of a run");
        foreach (var algorithm in FileTraining.Algorithms)
        {
            command.Add(Of(algorithm));
        }

        return command;
    }

    private static Command Of(string algorithm)
    {
        var optimization = FileTraining.Read(algorithm, []).Optimization;
        var online = optimization is { IsOnline: true };
        var model = new Option<string>("--model") { Description = "What is trained: a Hugging Face folder or a .gguf file", Required = true }.NotEmpty();
        var data = new Option<string>("--data") { Description = "JSON lines, a JSON list (.gz too) or Parquet; docs/train.md has the shapes", Required = true }.NotEmpty();
        var output = new Option<string>("--out") { Description = "Folder of the trained model, its figures and its card", Required = true }.NotEmpty();
        var set = new Option<string[]>("--set") { Description = "A setting, as in a recipe: --set learningRate=2e-5 --set batch=16 --set threads=2", DefaultValueFactory = _ => [] };
        var seed = new Option<ulong>("--seed") { Description = "Names the order of the rows and every draw", DefaultValueFactory = _ => 1 };
        var longest = new Option<int?>("--max-tokens") { Description = "Rows with more tokens are left out (default: the model's positions)" };
        var column = new Option<string[]>("--column") { Description = "A column by another name: --column prompt=question", DefaultValueFactory = _ => [] };
        var reference = new Option<string?>("--reference") { Description = "The frozen policy that the model is tied to (default: itself)" }.NotEmpty();
        var rewards = new Option<string?>("--reward-model") { Description = "Judges the answers, unless the setting rewards names others: a folder that rlaif train reward made" }.NotEmpty();
        var constitution = new Option<string?>("--constitution") { Description = "Its machine checks judge the answers: for --set rewards.rules=1" }.NotEmpty();
        var heldOut = new Option<string?>("--eval-data") { Description = "Rows that are measured before and after, and not learnt from" }.NotEmpty();
        var samples = new Option<int>("--samples") { Description = "Prompts whose answers before and after stand in the card", DefaultValueFactory = _ => 0 };
        var command = new Command(algorithm, About.GetValueOrDefault(algorithm, $"docs/algorithms/{algorithm}.md")) { model, data, output, set, seed, longest, column };
        if (online || optimization is { Dpo: not null } or { Kto: not null })
        {
            command.Add(reference);
        }

        if (optimization is not null)
        {
            command.Add(samples);
        }

        if (online)
        {
            command.Add(rewards);
            command.Add(constitution);
        }
        else
        {
            command.Add(heldOut);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            var request = new TrainRequest
            {
                Training = FileTraining.Read(
                    algorithm, parsed.GetValue(set)!, device => FastestPrecision.OfThisMachine(device, ModelFolder.ReadConfig(parsed.GetValue(model)!).HiddenSize).Precision),
                Model = parsed.GetValue(model)!,
                Data = parsed.GetValue(data)!,
                Out = parsed.GetValue(output)!,
                Seed = parsed.GetValue(seed),
                MaxTokens = parsed.GetValue(longest),
                Samples = optimization is null ? 0 : Counted(parsed.GetValue(samples)),
                Columns = Columns(parsed.GetValue(column)!),
                Reference = command.Options.Contains(reference) ? parsed.GetValue(reference) : null,
                RewardModel = online ? parsed.GetValue(rewards) : null,
                Constitution = online ? parsed.GetValue(constitution) : null,
                EvaluationData = online ? null : parsed.GetValue(heldOut),
            };
            ITrainScreen screen = Console.IsOutputRedirected ? new LineTrainScreen(Console.Out, TimeProvider.System) : new TerminalTrainScreen(Console.Out, Console.WindowWidth);
            return await new TrainRun(request, Typed(parsed), screen, Console.Error, TimeProvider.System).Run(cancel);
        });
        return command;
    }

    /// <summary>Usual names of columns to those of a file.</summary>
    /// <exception cref="InputException">Not of the form NAME=COLUMN.</exception>
    public static IReadOnlyDictionary<string, string> Columns(IReadOnlyList<string> given)
    {
        var columns = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } column])
            {
                throw new InputException($"--column is {text}; write it as NAME=COLUMN, for example prompt=question.");
            }

            columns[name] = column;
        }

        return columns;
    }

    private static int Counted(int samples) => samples >= 0 ? samples : throw new InputException($"--samples is {samples}; it must be 0 or more.");

    // As a shell would take it again.
    private static string Typed(ParseResult parsed) => "rlaif " + string.Join(' ', parsed.Tokens.Select(token =>
        token.Value.Length > 0 && token.Value.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c, StringComparison.Ordinal))
            ? token.Value : $"'{token.Value.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
