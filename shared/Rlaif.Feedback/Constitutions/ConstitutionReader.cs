using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Constitutions;

/// <summary>Reads a constitution strictly: everything that is wrong is found in one pass.</summary>
internal sealed partial class ConstitutionReader
{
    private const string Schema = "constitution/v1";

    // The question under which pairs that people decided are asked.
    private const string Reserved = "overall";
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Problems _problems;
    private readonly YamlMapping _file;

    private ConstitutionReader(YamlMapping file, string path)
    {
        _file = file;
        _problems = new(path);
    }

    public static Constitution Read(string yaml, string path)
    {
        var reader = new ConstitutionReader(YamlReader.Read(yaml, path), path);
        var constitution = reader.Constitution();
        reader._problems.ThrowIfAny();
        return constitution with { Sha256 = CanonicalJson.Sha256(reader._file.ToJson()), Source = yaml };
    }

    private Constitution Constitution()
    {
        var fields = new Fields(_file, "the constitution", _problems, "schema", "id", "version", "title", "licence", "preface",
            "critiqueRequest", "revisionRequest", "principles", "hardRules", "goldenPairs", "phrases");
        if (fields.Text("schema") is not (null or Schema))
        {
            _problems.Add(fields.LineOf("schema"), $"the schema {fields.Text("schema")} is unknown; this version reads {Schema}");
        }

        var (id, critique, revision) = (Id(fields, "the constitution"), fields.Required("critiqueRequest"), fields.Required("revisionRequest"));
        var principles = fields.Mappings("principles").Select(mapping => Principle(mapping, critique, revision)).ToList();
        if (principles is [])
        {
            _problems.Add(fields.LineOf("principles"), "the constitution needs principles, at least one");
        }

        var hardRules = fields.Mappings("hardRules").Select(HardRule).ToList();
        return new()
        {
            Id = id,
            Version = fields.Required("version", orInteger: true),
            Title = fields.Text("title") ?? id,
            Licence = fields.Text("licence"),
            Sha256 = "",
            Source = "",
            Preface = fields.Text("preface"),
            CritiqueRequest = critique,
            RevisionRequest = revision,
            Principles = principles,
            HardRules = hardRules,
            GoldenPairs = [.. fields.Mappings("goldenPairs").Select(GoldenPair)],
        };
    }

    private Principle Principle(YamlMapping mapping, string critique, string revision)
    {
        var name = Name(mapping, "principle");
        var fields = new Fields(mapping, name, _problems,
            "id", "category", "weight", "question", "critiqueRequest", "revisionRequest", "check", "appliesTo");
        var id = UniqueId(fields, name);
        var appliesTo = fields.Value("appliesTo") is null ? null : fields.Words<Safety>("appliesTo");
        return new(id, fields.Text("category"), fields.Number("weight", 1, 0.001, 100), fields.Required("question"),
            fields.Text("critiqueRequest") ?? critique, fields.Text("revisionRequest") ?? revision, Check(fields, name, appliesTo), appliesTo);
    }

    private HardRule HardRule(YamlMapping mapping)
    {
        var name = Name(mapping, "hard rule");
        var fields = new Fields(mapping, name, _problems, "id", "rule", "check", "appliesTo");
        var appliesTo = fields.Value("appliesTo") is null ? null : fields.Words<Safety>("appliesTo");
        var check = Check(fields, name, appliesTo);
        if (fields.Value("check") is null)
        {
            _problems.Add(mapping.Line, $"{name} needs a check: a hard rule does not wait for a labeler");
        }

        return new(UniqueId(fields, name), fields.Required("rule"), check ?? "{}");
    }

    private string? Check(Fields fields, string name, IReadOnlyList<Safety>? appliesTo)
    {
        if (fields.Mapping("check") is not { } mapping)
        {
            return null;
        }

        var json = (JsonObject)mapping.ToJson();
        var lines = mapping.Members.ToDictionary(member => member.Key, member => member.Line, StringComparer.Ordinal);
        var check = Checks.Check.Read(
            json.Select(member => KeyValuePair.Create(member.Key, JsonSerializer.SerializeToElement(member.Value))),
            (rule, what) => _problems.Add(lines[rule], $"{rule} in the check of {name} {what}"));
        if (mapping.Members.All(member => member.Key == Checks.Check.Kinds))
        {
            _problems.Add(mapping.Line, $"the check of {name} has no rule{Hint.For("", CheckRules.Known.Keys)}");
        }

        if (appliesTo is not null)
        {
            json[Checks.Check.Kinds] = new JsonArray([.. appliesTo.Select(kind => JsonValue.Create(kind.ToString().ToLowerInvariant()))]);
        }

        return check.Rules is [] ? null : CanonicalJson.Of(json);
    }

    private GoldenPair GoldenPair(YamlMapping mapping)
    {
        var fields = new Fields(mapping, "a golden pair", _problems, "prompt", "expectation", "a", "b", "expect", "principle");
        var principle = fields.Text("principle");
        if (principle is not null && !_ids.Contains(principle))
        {
            _problems.Add(fields.LineOf("principle"), $"a golden pair names {principle}, which is no principle here{Hint.For(principle, _ids)}");
        }

        if (fields.Value("expect") is null)
        {
            _problems.Add(mapping.Line, "a golden pair needs expect: first, second or tie");
        }

        return new(mapping.Line, fields.Required("prompt"), fields.Mapping("expectation") is { } expected ? Expectation(expected) : null,
            Response(fields, "a"), Response(fields, "b"), fields.Word("expect", GoldenExpectation.Tie), principle);
    }

    /// <summary>A text, or {text, ended: false} for one that was cut off.</summary>
    private Candidate Response(Fields pair, string key)
    {
        if (pair.Value(key) is not YamlMapping mapping)
        {
            // An empty response is a response.
            return pair.Value(key) is YamlScalar { Value: "" } ? new("", Ended: true) : new(pair.Required(key), Ended: true);
        }

        var fields = new Fields(mapping, $"response {key}", _problems, "text", "ended");
        return new(fields.Required("text"), fields.Flag("ended", true));
    }

    private Expectation Expectation(YamlMapping mapping)
    {
        var fields = new Fields(mapping, "an expectation", _problems, "any", "all", "none", "case", "minWords", "pattern", "answer", "safety");
        var pattern = fields.Text("pattern");
        try
        {
            _ = pattern is null ? null : UserPattern.Of(pattern);
        }
        catch (InputException e)
        {
            _problems.Add(fields.LineOf("pattern"), e.Message);
        }

        var answer = fields.Text("answer");
        if (answer is not null && FinalAnswer.Of(answer) is null)
        {
            _problems.Add(fields.LineOf("answer"), $"answer {FinalAnswer.Missing}");
        }

        return new()
        {
            Any = fields.Texts("any"),
            All = fields.Texts("all"),
            None = fields.Texts("none"),
            Case = fields.Flag("case", false),
            MinWords = (int)fields.Number("minWords", 0, 0, 10_000),
            Pattern = pattern,
            Answer = answer,
            Safety = fields.Word("safety", Safety.Unknown),
        };
    }

    private static string Name(YamlMapping mapping, string kind) =>
        mapping.Members.FirstOrDefault(member => member.Key == "id")?.Value is YamlScalar { Value: string id } ? $"{kind} {id}" : $"a {kind}";

    private string UniqueId(Fields fields, string name)
    {
        var id = Id(fields, name);
        if (id == Reserved)
        {
            _problems.Add(fields.LineOf("id"), $"the id {Reserved} is reserved for the question that no principle holds; name {name} otherwise");
        }

        if (id.Length > 0 && !_ids.Add(id))
        {
            _problems.Add(fields.LineOf("id"), $"the id {id} is used twice; principles and hard rules need different ids");
        }

        return id;
    }

    private string Id(Fields fields, string what)
    {
        var id = fields.Required("id");
        if (id.Length > 0 && !IdForm().IsMatch(id))
        {
            _problems.Add(fields.LineOf("id"), $"the id {id} of {what} must be of lower-case letters, digits, hyphens and dots");
        }

        return id;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{0,63}\z", RegexOptions.None, matchTimeoutMilliseconds: -1)]
    private static partial Regex IdForm();
}
