using System.IO.Compression;
using System.Text.Json.Nodes;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;

namespace Rlaif.Bench.Speed;

/// <summary>HH transcripts as token ids: the file's own words, without a chat template.</summary>
internal static class HhPrompts
{
    private const string Answer = "\n\nAssistant:";

    /// <summary>Pairs of at most so many tokens. The last answer of a transcript is what was compared.</summary>
    public static IEnumerable<TrainingPair> Pairs(Tokenizer tokenizer, int longest)
    {
        foreach (var (chosen, rejected) in Rows())
        {
            var end = chosen.LastIndexOf(Answer, StringComparison.Ordinal) + Answer.Length;
            if (end >= rejected.Length || end >= chosen.Length || chosen[..end] != rejected[..end])
            {
                continue;
            }

            var pair = new TrainingPair(tokenizer.Encode(chosen[..end]), tokenizer.Encode(chosen[end..]), tokenizer.Encode(rejected[end..]), 1);
            if (pair.Prompt.Length + Math.Max(pair.Chosen.Length, pair.Rejected.Length) <= longest && pair.Chosen.Length * pair.Rejected.Length > 0)
            {
                yield return pair;
            }
        }
    }

    /// <summary>What the last answer was given to, at most so many tokens.</summary>
    public static IEnumerable<int[]> Prompts(Tokenizer tokenizer, int longest) =>
        Rows().Select(row => tokenizer.Encode(row.Chosen[..(row.Chosen.LastIndexOf(Answer, StringComparison.Ordinal) + Answer.Length)])).Where(prompt => prompt.Length <= longest);

    private static IEnumerable<(string Chosen, string Rejected)> Rows()
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(RealModel.Prompts), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            var row = JsonNode.Parse(line)!;
            yield return (row["chosen"]!.ToString(), row["rejected"]!.ToString());
        }
    }
}
