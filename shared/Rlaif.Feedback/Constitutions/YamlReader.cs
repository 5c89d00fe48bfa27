using Rlaif.Recipes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rlaif.Feedback.Constitutions;

/// <summary>Reads one YAML 1.2 document that is a mapping, from untrusted text: no tags, no merge keys, no repeated keys, and no
/// more than a million values once aliases are expanded.</summary>
internal sealed class YamlReader
{
    private const int MostCharacters = 1 << 20;
    private const int MostNodes = 1_000_000;
    private const int MostLevels = 64;

    private readonly Dictionary<string, YamlValue> _anchors = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly Parser _events;

    private YamlReader(string text, string path)
    {
        _path = path;
        _events = new(new StringReader(text));
    }

    public static YamlMapping Read(string text, string path)
    {
        if (text.Length > MostCharacters)
        {
            throw new InputException($"{path} has {text.Length} characters; the largest file that is read has {MostCharacters}.");
        }

        try
        {
            return new YamlReader(text.TrimStart('\uFEFF'), path).Document();
        }
        catch (YamlException e)
        {
            throw new InputException($"{path}, line {e.Start.Line}: this is not YAML ({e.Message.ReplaceLineEndings(" ")}).", e);
        }
    }

    private YamlMapping Document()
    {
        _events.Consume<StreamStart>();
        if (_events.Accept<StreamEnd>(out _))
        {
            throw new InputException($"{_path} is empty.");
        }

        _events.Consume<DocumentStart>();
        var value = Value(0);
        _events.Consume<DocumentEnd>();
        return !_events.Accept<StreamEnd>(out _) ? throw Wrong(_events.Current!, "a second document starts; the file must hold one")
            : value as YamlMapping ?? throw new InputException($"{_path}, line {value.Line}: the file must be a mapping, and it is {Kind(value)}.");
    }

    private YamlValue Value(int level)
    {
        var start = _events.Current!;
        if (level > MostLevels)
        {
            throw Wrong(start, $"values are nested more than {MostLevels} levels deep");
        }

        if (_events.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out var known) ? known : throw Wrong(start, $"*{alias.Value} names no anchor above it");
        }

        var node = (NodeEvent)start;
        if (!node.Tag.IsEmpty)
        {
            throw Wrong(start, $"the tag {node.Tag} is not allowed");
        }

        YamlValue value = node switch
        {
            Scalar scalar => Scalar(scalar),
            SequenceStart => Sequence(level),
            _ => Mapping(level),
        };
        if (value.Nodes > MostNodes)
        {
            throw Wrong(start, $"more than {MostNodes} values, aliases expanded");
        }

        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = value;
        }

        return value;
    }

    private YamlScalar Scalar(Scalar scalar)
    {
        _events.MoveNext();
        var (value, wrong) = scalar.Style == ScalarStyle.Plain ? YamlCoreSchema.Read(scalar.Value) : (scalar.Value, null);
        return wrong is null ? new(Line(scalar), scalar.Value, value) : throw Wrong(scalar, wrong);
    }

    private YamlSequence Sequence(int level)
    {
        var start = _events.Consume<SequenceStart>();
        var items = new List<YamlValue>();
        while (!_events.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Value(level + 1));
        }

        return new(Line(start), items);
    }

    private YamlMapping Mapping(int level)
    {
        var start = _events.Consume<MappingStart>();
        var members = new List<YamlMember>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            var at = _events.Current!;
            var key = Value(level + 1) is YamlScalar { Value: string text } ? text : throw Wrong(at, "a key must be text; quote it");
            members.Add(key == "<<" ? throw Wrong(at, "merge keys (<<) are not allowed")
                : !keys.Add(key) ? throw Wrong(at, $"the key {key} is given twice")
                : new(key, (int)at.Start.Line, Value(level + 1)));
        }

        return new(Line(start), members);
    }

    private InputException Wrong(ParsingEvent at, string what) => new($"{_path}, line {at.Start.Line}: {what}.");

    private static int Line(ParsingEvent at) => (int)at.Start.Line;

    internal static string Kind(YamlValue value) => value switch
    {
        YamlMapping => "a mapping",
        YamlSequence => "a list",
        YamlScalar { Value: null } => "nothing",
        YamlScalar scalar => $"{(scalar.Text.Length > 40 ? scalar.Text[..40] + "…" : scalar.Text)}",
        _ => value.GetType().Name,
    };
}
