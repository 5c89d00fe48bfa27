using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Prompts;

namespace Rlaif.Feedback.Datasets;

/// <summary>What stands in a column: a text, turns of a dialogue, or token ids.</summary>
internal sealed record Said(string? Text = null, IReadOnlyList<Turn>? Turns = null, int[]? Ids = null);

/// <summary>The columns of a row. What is of a wrong kind is a <see cref="FormatException"/> whose message follows the row's place.</summary>
/// <param name="row">A JSON object.</param>
/// <param name="renamed">Where a column has another name than the usual one.</param>
internal sealed class RowColumns(JsonElement row, IReadOnlyDictionary<string, string> renamed)
{
    private const int NamesShown = 12;

    // As strict as expect: a misspelt key would judge every answer wrongly.
    private static readonly JsonSerializerOptions OfRuns = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) }, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Whether there is such a column and it is not null.</summary>
    public bool Has(string name) => Find(name) is { ValueKind: not JsonValueKind.Null };

    public Said Said(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => new(Text(text)),
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() == 0 => throw new UnusableRowException($"its {name} is empty"),
        { ValueKind: JsonValueKind.Array } list when list[0].ValueKind == JsonValueKind.Number => new(Ids: [.. list.EnumerateArray().Select(id => Id(id, name))]),
        { ValueKind: JsonValueKind.Array } list => new(Turns: [.. list.EnumerateArray().Select(turn => Turn(turn, name))]),
        var other => throw new FormatException($"{name} must be a text, a list of turns or a list of token ids, this is {Kind(other)}."),
    };

    /// <summary>Probabilities by name; none when there is no such column.</summary>
    public IReadOnlyDictionary<string, double> Probabilities(string name)
    {
        if (!Has(name))
        {
            return ReadOnlyDictionary<string, double>.Empty;
        }

        if (Find(name) is not { ValueKind: JsonValueKind.Object } group)
        {
            throw new FormatException($"{name} must be an object of probabilities, this is {Kind(Find(name))}.");
        }

        var read = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var one in group.EnumerateObject())
        {
            if (!read.TryAdd(one.Name, Probability(one.Value, $"{name}.{one.Name}")))
            {
                throw new FormatException($"{name} has {one.Name} twice; leave one of them out.");
            }
        }

        return read;
    }

    /// <summary>A prompt of token ids as it was before it became those: the data of a run have it beside them. Null: these are no such data.</summary>
    public Prompt? Asked()
    {
        if (!Has("asked") || Find("prompt") is not { ValueKind: JsonValueKind.Array } ids || !ids.EnumerateArray().All(id => id.ValueKind == JsonValueKind.Number))
        {
            return null;
        }

        try
        {
            return Find("asked")!.Value.Deserialize<Prompt>(OfRuns) is { Turns: [.., { Role: "user" }] turns } asked && turns.All(turn => turn is { Role: not null, Content: not null })
                ? asked : throw NotOfRun();
        }
        catch (JsonException error)
        {
            throw NotOfRun(error);
        }
    }

    /// <summary>What <c>expect</c> and <c>safety</c>, as in a file of prompts, say of a right answer; null: nothing.</summary>
    public Expectation? Expectation() => PromptRow.Expected(Find("expect"), Find("safety"));

    /// <summary>What is known with the right answer: the column <c>answer</c>, else the one that is known.</summary>
    public Expectation Solved(Expectation? known) =>
        Has("answer") ? (known ?? new()) with { Answer = Solution(Find("answer")!.Value) } : known?.Answer is not null ? known : throw Unsolved();

    /// <summary>A probability, or true and false.</summary>
    public double Probability(string name) => Probability(Find(name), name);

    /// <summary>What to say when none of the needed columns is there.</summary>
    public FormatException Lacks(string needed)
    {
        var names = row.EnumerateObject().Select(column => column.Name).ToList();
        var shown = string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? ", ..." : "");
        return new($"{(names.Count == 0 ? "it has no columns" : $"its columns are {shown}")}; needed is {needed}. --column NAME=COLUMN reads COLUMN as NAME.");
    }

    private Exception Unsolved() =>
        Array.Exists(["answer", "expect", "asked"], name => Find(name) is not null) ? new UnusableRowException("no right answer to it is known") : Lacks("prompt with answer");

    private static FormatException NotOfRun(Exception? error = null) =>
        new("asked must be what a run writes beside the token ids of a prompt, turns that end with a user's and an expectation; leave it out, or write the prompt as a text.", error);

    private static double Probability(JsonElement? value, string name) => value switch
    {
        { ValueKind: JsonValueKind.True } => 1,
        { ValueKind: JsonValueKind.False } => 0,
        { ValueKind: JsonValueKind.Number } number when number.GetDouble() is >= 0 and <= 1 and var share => share,
        { ValueKind: JsonValueKind.Number } number => throw new FormatException($"{name} is {number.GetRawText()}; it must be from 0 to 1."),
        var other => throw new FormatException($"{name} must be true, false or from 0 to 1, this is {Kind(other)}."),
    };

    private JsonElement? Find(string name) =>
        row.TryGetProperty(renamed.GetValueOrDefault(name, name), out var value) ? value : null;

    // Turns as TRL and OpenAI write them, or as ShareGPT does.
    private static Turn Turn(JsonElement turn, string name)
    {
        if (turn.ValueKind != JsonValueKind.Object
            || !(turn.TryGetProperty("role", out var role) || turn.TryGetProperty("from", out role)) || role.ValueKind != JsonValueKind.String
            || !(turn.TryGetProperty("content", out var content) || turn.TryGetProperty("value", out content)))
        {
            throw new FormatException($"each entry of {name} needs a role and a content.");
        }

        var speaker = role.ValueEquals("user") || role.ValueEquals("human") ? "user"
            : role.ValueEquals("assistant") || role.ValueEquals("gpt") ? "assistant"
            : role.ValueEquals("system") ? "system"
            : throw new UnusableRowException("a turn is neither of system, user nor assistant");
        var said = content.ValueKind switch
        {
            JsonValueKind.String => Text(content),
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(Part)),
            JsonValueKind.Null => "",
            _ => throw new FormatException($"the content of a turn of {name} must be a text, this is {Kind(content)}."),
        };
        return string.IsNullOrWhiteSpace(said) ? throw new UnusableRowException("a turn is empty") : new(speaker, said);
    }

    private static string Solution(JsonElement answer)
    {
        var solution = answer.ValueKind switch
        {
            JsonValueKind.String => Text(answer),
            JsonValueKind.Number when !answer.GetRawText().Contains('e', StringComparison.OrdinalIgnoreCase) => answer.GetRawText(),
            JsonValueKind.Number => throw new UnusableRowException("its answer is a number with an exponent, which is not compared"),
            _ => throw new FormatException($"answer must be a text or a number, this is {Kind(answer)}."),
        };
        return FinalAnswer.Of(solution) is not null ? solution : throw new UnusableRowException("its answer comes to nothing that can be compared");
    }

    private static string Part(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
            ? Text(text) : throw new UnusableRowException("a turn holds something else than text");

    private static string Text(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new UnusableRowException("it holds half of a surrogate pair, which is no text");
        }
    }

    private static int Id(JsonElement id, string name) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value) && value >= 0
        ? value : throw new FormatException($"{name} holds {id.GetRawText()} among token ids.");

    // As Parquet's are handed on.
    private static bool IsNotFinite(JsonElement text) => text.ValueEquals("NaN") || text.ValueEquals("Infinity") || text.ValueEquals("-Infinity");

    private static string Kind(JsonElement? value) => value?.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String when IsNotFinite(value.Value) => "a number that is not finite",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "missing",
    };
}
