using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>Training data as JSON lines of token ids: <c>{"prompt":[..],"response":[..]}</c> for examples,
/// <c>{"prompt":[..],"chosen":[..],"rejected":[..],"preference":0.8}</c> for pairs (and <c>"tie":true</c> where neither is better,
/// <c>"principles":{"polite":0.9}</c> where it was asked under single ones), <c>{"prompt":[..],"response":[..],"desirable":1}</c> for judged responses,
/// <c>{"prompt":[..]}</c> for prompts. Other fields are ignored.</summary>
/// <remarks>Ids, not text: what a policy is trained on are the tokens that it sampled; the same text can have other tokens.</remarks>
public static class TrainingData
{
    /// <summary>Reads examples that the model can take.</summary>
    /// <exception cref="InputException">A malformed line, an id that the model does not have, a text longer than its positions, or no line at
    /// all.</exception>
    public static IReadOnlyList<TrainingExample> ReadExamples(string path, ModelConfig model) =>
        Read(path, model, line => new TrainingExample(line.Ids("prompt"), line.Ids("response")), e => e.Prompt.Length + e.Response.Length);

    /// <summary>Reads pairs that the model can take.</summary>
    /// <exception cref="InputException">As <see cref="ReadExamples"/>.</exception>
    public static IReadOnlyList<TrainingPair> ReadPairs(string path, ModelConfig model) =>
        Read(path, model, Pair, p => p.Prompt.Length + Math.Max(p.Chosen.Length, p.Rejected.Length));

    /// <summary>Reads responses that are desirable or not; a pair is two of them.</summary>
    /// <exception cref="InputException">As <see cref="ReadExamples"/>.</exception>
    public static IReadOnlyList<JudgedExample> ReadJudged(string path, ModelConfig model) =>
    [
        .. Read(path, model, line => line.Has("chosen") ? Pair(line).Sides
            : [new(line.Ids("prompt"), line.Ids("response"), line.Probability("desirable"))],
            sides => sides.Max(side => side.Prompt.Length + side.Response.Length)).SelectMany(sides => sides),
    ];

    /// <summary>Reads prompts that leave the model room for a response.</summary>
    /// <exception cref="InputException">As <see cref="ReadExamples"/>.</exception>
    public static IReadOnlyList<int[]> ReadPrompts(string path, ModelConfig model) => Read(path, model, line => line.Ids("prompt"), prompt => prompt.Length + 1);

    /// <summary>Writes examples; the same examples give the same bytes.</summary>
    public static void Write(string path, IEnumerable<TrainingExample> examples) =>
        Write(path, examples, (json, example) =>
        {
            Ids(json, "prompt", example.Prompt);
            Ids(json, "response", example.Response);
        });

    /// <summary>Writes pairs; the same pairs give the same bytes.</summary>
    public static void Write(string path, IEnumerable<TrainingPair> pairs) =>
        Write(path, pairs, (json, pair) =>
        {
            Ids(json, "prompt", pair.Prompt);
            Ids(json, "chosen", pair.Chosen);
            Ids(json, "rejected", pair.Rejected);
            json.WriteNumber("preference", pair.Preference);
            if (pair.Tie)
            {
                json.WriteBoolean("tie", true);
            }

            if (pair.Principles.Count > 0)
            {
                json.WriteStartObject("principles");
                foreach (var (principle, preference) in pair.Principles.OrderBy(label => label.Key, StringComparer.Ordinal))
                {
                    json.WriteNumber(principle, preference);
                }

                json.WriteEndObject();
            }
        });

    /// <summary>Writes judged responses; the same ones give the same bytes.</summary>
    public static void Write(string path, IEnumerable<JudgedExample> judged) =>
        Write(path, judged, (json, one) =>
        {
            Ids(json, "prompt", one.Prompt);
            Ids(json, "response", one.Response);
            json.WriteNumber("desirable", one.Desirable);
        });

    /// <summary>Writes prompts; the same prompts give the same bytes.</summary>
    public static void WritePrompts(string path, IEnumerable<int[]> prompts) => Write(path, prompts, (json, prompt) => Ids(json, "prompt", prompt));

    private static TrainingPair Pair(DataLine line) => new(line.Ids("prompt"), line.Ids("chosen"), line.Ids("rejected"), line.Probability("preference"))
    {
        Tie = line.Flag("tie"), Principles = line.Probabilities("principles"),
    };

    private static List<T> Read<T>(string path, ModelConfig model, Func<DataLine, T> parse, Func<T, int> length)
    {
        var all = new List<T>();
        foreach (var line in DataLine.Of(path, model.Vocabulary))
        {
            var item = parse(line);
            if (length(item) > model.MaxPositions)
            {
                throw line.Wrong($"has a text of {length(item)} tokens, the model has {model.MaxPositions} positions; leave it out or shorten it");
            }

            all.Add(item);
        }

        return all.Count > 0 ? all : throw new InputException($"{path} has no lines; there is nothing to train on.");
    }

    private static void Write<T>(string path, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields) =>
        DurableFile.Write(path, file =>
        {
            using var json = new Utf8JsonWriter(file);
            foreach (var item in items)
            {
                json.WriteStartObject();
                fields(json, item);
                json.WriteEndObject();
                json.Flush();
                json.Reset();
                file.WriteByte((byte)'\n');
            }
        });

    private static void Ids(Utf8JsonWriter json, string name, int[] ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
    }
}
