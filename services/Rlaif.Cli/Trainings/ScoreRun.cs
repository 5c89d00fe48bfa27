using System.Text.Json;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Cli.Trainings;

/// <summary>Scores the answers of a file, some at a time.</summary>
internal sealed class ScoreRun(string model, string data, string output, IReadOnlyDictionary<string, string> columns)
{
    // Answers that are sorted by length together.
    private const int Chunk = 256;

    public string Data => data;

    /// <exception cref="InputException">No reward model, no answers, or the file cannot be read.</exception>
    public async Task<(ScoreSummary Scores, RowCounts Counts)> Run(Numerics numerics, CancellationToken cancel)
    {
        TrainedModels.CheckRewardModel(model);
        var chat = ChatFormat.Read(model);
        return await TorchThread.Run(
            () =>
            {
                TorchRuntime.Use(numerics);
                var members = ModelFolder.ReadRewardModels(model);
                var reader = new DatasetReader(DatasetShape.Scored, columns);
                var summary = new ScoreSummary();
                var tokens = new RowTokens(chat, members[0].Body.Config, members[0].Body.Config.MaxPositions);
                try
                {
                    DurableFile.Write(output, file => Write(file, members, tokens, reader, summary, cancel));
                    return (summary, reader.Tally.Counts());
                }
                finally
                {
                    foreach (var member in members)
                    {
                        member.Dispose();
                    }
                }
            },
            cancel);
    }

    private void Write(Stream file, IReadOnlyList<RewardModel> members, RowTokens tokens, DatasetReader reader, ScoreSummary summary, CancellationToken cancel)
    {
        using var json = new Utf8JsonWriter(file);
        var answers = TokenFile.Each(reader, data, (row, item) => (Scored[])[new(row, ((AnswerItem)item).Column, tokens.Example(item))], cancel);
        foreach (var chunk in answers.Chunk(Chunk))
        {
            float[][] scores = [.. members.Select(member => RewardScores.Of(member, [.. chunk.Select(one => one.Tokens)], cancel))];
            for (var i = 0; i < chunk.Length; i++)
            {
                float[] said = [.. scores.Select(member => member[i])];
                var reward = said.Average();
                Write(json, chunk[i], reward, said);
                summary.Add(chunk[i].Row.Number, chunk[i].Column, reward);
                json.Flush();
                json.Reset();
                file.WriteByte((byte)'\n');
            }
        }
    }

    private static void Write(Utf8JsonWriter json, Scored one, float reward, float[] members)
    {
        json.WriteStartObject();
        json.WriteNumber(one.Row.Unit, one.Row.Number);
        if (one.Row.Json.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number)
        {
            json.WritePropertyName("id");
            id.WriteTo(json);
        }

        json.WriteString("answer", one.Column);
        json.WriteNumber("tokens", one.Tokens.Response.Length);
        json.WriteNumber("reward", reward);
        if (members.Length > 1)
        {
            json.WriteStartArray("members");
            Array.ForEach(members, json.WriteNumberValue);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private sealed record Scored(DatasetRow Row, string Column, TrainingExample Tokens);
}

/// <summary>Rewards in one sentence.</summary>
internal sealed class ScoreSummary
{
    private long count, pairs, agreements, lastRow = -1;
    private double mean, squares;
    private float ofChosen;

    /// <summary>Welford's mean and sum of squared distances; a rejected answer follows the chosen one of its row.</summary>
    public void Add(long row, string column, float reward)
    {
        count++;
        var distance = reward - mean;
        mean += distance / count;
        squares += distance * (reward - mean);
        if (column == "rejected" && lastRow == row)
        {
            pairs++;
            agreements += ofChosen > reward ? 1 : 0;
        }

        (lastRow, ofChosen) = column == "chosen" ? (row, reward) : (-1, 0);
    }

    public string Sentence => FormattableString.Invariant(
        $"{count} answers scored: mean {mean:0.####}, deviation {Math.Sqrt(squares / Math.Max(count - 1, 1)):0.####}") +
        (pairs == 0 ? "." : FormattableString.Invariant($"; the chosen answer is above the rejected one in {(double)agreements / pairs:0.000} of {pairs} pairs."));
}
