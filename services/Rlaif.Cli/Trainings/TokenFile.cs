using System.Text;
using Rlaif.Contracts;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Json = Rlaif.Storage.Json;

namespace Rlaif.Cli.Trainings;

/// <summary>Rows of a user's file become lines of token ids, one by one.</summary>
internal static class TokenFile
{
    /// <summary>Writes what a training reads.</summary>
    /// <param name="request">The training.</param>
    /// <param name="models">Its models.</param>
    /// <param name="data">The user's file: the data, or held-out ones.</param>
    /// <param name="path">The new file.</param>
    /// <param name="cancel">Looked at between rows.</param>
    /// <exception cref="InputException">The file cannot be read, has another shape, or no row is usable.</exception>
    public static RowCounts Write(TrainRequest request, TrainedModels models, string data, string path, CancellationToken cancel)
    {
        var reader = new DatasetReader(request.Shape, request.Columns);
        var tokens = new RowTokens(models.Chat, models.Config, request.MaxTokens ?? models.Config.MaxPositions);
        IEnumerable<T> Each<T>(Func<DatasetItem, IReadOnlyList<T>> convert) => TokenFile.Each(reader, data, (_, item) => convert(item), cancel);
        switch (request.Shape)
        {
            case DatasetShape.Answers:
                TrainingData.Write(path, Each(item => (TrainingExample[])[tokens.Example(item)]));
                break;
            case DatasetShape.Pairs:
                TrainingData.Write(path, Each(item => (TrainingPair[])[tokens.Pair(item)]));
                break;
            case DatasetShape.Judged:
                TrainingData.Write(path, Each(tokens.Judged));
                break;
            case DatasetShape.Prompts:
                TrainingData.WritePrompts(path, Each(item => (int[][])[tokens.Prompt(item, request.Online!.MaxNewTokens)]));
                break;
            default:
                WriteAsked(path, TokenFile.Each(reader, data, (row, item) => (AskedLine[])[Asked(request, tokens, row, (PromptItem)item)], cancel));
                break;
        }

        return reader.Tally.Counts();
    }

    /// <summary>Writes the answers of a file, each on its own, on which the scale of a reward model is measured.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteAnswers(TrainRequest request, TrainedModels models, string data, string path, CancellationToken cancel)
    {
        var tokens = new RowTokens(models.Chat, models.Config, request.MaxTokens ?? models.Config.MaxPositions);
        TrainingData.Write(path, Each(new(DatasetShape.Scored, request.Columns), data, (_, item) => (TrainingExample[])[tokens.Example(item)], cancel));
    }

    /// <summary>A prompt whose text and right answer a reward reads, as the loop writes it.</summary>
    private sealed record AskedLine(int[] Prompt, Prompt Asked);

    private static AskedLine Asked(TrainRequest request, RowTokens tokens, DatasetRow row, PromptItem item) => item.Prompt.Turns is [] && request.Online!.Rewards is { Rules: > 0 }
        ? throw new FormatException("prompt is token ids, and rewards.rules reads texts; write it as one (a run keeps both where its own rewards read texts).")
        : new(tokens.Prompt(item, request.Online!.MaxNewTokens), new($"{row.Unit} {row.Number}", item.Prompt.Turns, Expectation: item.Expectation));

    private static void WriteAsked(string path, IEnumerable<AskedLine> lines) => DurableFile.Write(path, file =>
    {
        foreach (var line in lines)
        {
            file.Write(Encoding.UTF8.GetBytes(Json.Of(line) + '\n'));
        }
    });

    /// <summary>What the items of a file become; those that cannot are counted and left out.</summary>
    public static IEnumerable<T> Each<T>(DatasetReader reader, string data, Func<DatasetRow, DatasetItem, IReadOnlyList<T>> convert, CancellationToken cancel)
    {
        var any = false;
        foreach (var (row, item) in reader.Read(data))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var one in Converted(reader.Tally, row, item, convert))
            {
                any = true;
                reader.Tally.Use();
                yield return one;
            }
        }

        if (!any)
        {
            throw new InputException(reader.Tally.Counts() is { Rows: > 0 } counts
                ? $"{data} holds nothing usable in {counts.Rows} rows: {string.Join("; ", counts.Skipped.Select(skipped => $"{skipped.Count} because {skipped.Reason} ({skipped.First} first)"))}."
                : $"{data} holds no rows.");
        }
    }

    private static IReadOnlyList<T> Converted<T>(RowTally tally, DatasetRow row, DatasetItem item, Func<DatasetRow, DatasetItem, IReadOnlyList<T>> convert)
    {
        try
        {
            return convert(row, item);
        }
        catch (UnusableRowException unusable)
        {
            tally.Skip(unusable.Message, row);
            return [];
        }
        catch (FormatException wrong)
        {
            throw row.Wrong(wrong.Message, wrong);
        }
    }
}
