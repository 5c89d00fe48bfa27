#:package YamlDotNet
#:property PublishAot=false
#:property NoWarn=$(NoWarn);MA0047

// The quickstart's small world (world.yaml) as data, run with `dotnet run prompts/quickstart/world.cs --` and
//   prompts --out DIR                              the prompts of training, evaluation and demo
//   corpus --documents N --seed S --out FILE       dialogues for the tiny policy
//   samples --documents N --seed S --out FILE      responses with the habits that are in them, for tests of the checks
//   check                                          counts; do the splits share anything?
// The same arguments write the same bytes: own generator, splits by hash.

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

var world = World.Read(Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "world.yaml"));
switch (args)
{
    case ["prompts", "--out", var folder]:
        Array.ForEach(World.Written, split => Lines.Write(Path.Combine(folder, $"{World.Name(split)}.jsonl"), world.File(split).Select(Lines.Of)));
        return 0;
    case ["corpus" or "samples", "--documents", var documents, "--seed", var seed, "--out", var file]:
        var corpus = new Corpus(world, ulong.Parse(seed));
        Func<JsonObject> next = args[0] == "corpus" ? () => Lines.Of(corpus.Next()) : corpus.Sample;
        Lines.Write(file, Enumerable.Range(0, int.Parse(documents)).Select(_ => next()));
        return 0;
    case ["check"]:
        return Check.Run(world);
    default:
        Console.Error.WriteLine("usage: world.cs prompts --out DIR | corpus|samples --documents N --seed S --out FILE | check");
        return 2;
}

internal enum Split { Base, Train, Evaluation, Demo }

/// <summary>Something that is asked about (X) and what is answered (Y).</summary>
/// <param name="Keys">Words of Y that an answer should name.</param>
/// <param name="Filler">What prompts of different splits never share: X without its article.</param>
internal sealed record Fact(string X, string Y, string[] Keys, string Filler)
{
    public static Fact Of(string x, string starred)
    {
        var keys = starred.ToLowerInvariant().Split('*').Where((_, i) => i % 2 == 1).ToArray();
        var filler = x.Split(' ') is ["a" or "an" or "the", .. var rest] ? string.Join(' ', rest) : x;
        return new(x, starred.Replace("*", ""), keys, filler.ToLowerInvariant());
    }

    public static IEnumerable<Fact> From(object table, string verb = "") => table switch
    {
        string range => Sums(range),
        List<object> names => names.Cast<string>().Select(x => Of(x, x)),
        Dictionary<object, object> entries => entries.SelectMany(entry => ((string)entry.Key, entry.Value) switch
        {
            (var x, string y) => [Of(verb + x, y)],
            (var y, List<object> xs) => xs.Cast<string>().Select(x => Of(verb + x, y.Replace("{o}", x))),
            (var prefix, var inner) => From(inner, prefix + " "),
        }),
        _ => throw new InvalidDataException($"world.yaml has a table of {table.GetType()}."),
    };

    private static IEnumerable<Fact> Sums(string range)
    {
        var terms = Enumerable.Range(1, int.Parse(range["1 to ".Length..])).ToArray();
        return from a in terms from b in terms select new Fact($"{a} + {b}", $"{a + b}", [], $"{Math.Min(a, b)} + {Math.Max(a, b)}");
    }
}

/// <summary>One way to ask about the facts of a table, and to answer.</summary>
internal sealed class Form
{
    public required string Intent { get; init; }
    public required string Facts { get; init; }
    public string Read { get; init; } = "forward";
    public double Weight { get; init; }
    public string Safety { get; init; } = "safe";
    public bool Frames { get; init; } = true;
    public required List<string> Ask { get; init; }
    public required List<string> Say { get; init; }
    public List<string> Comply { get; init; } = [];
    public List<string> Wrong { get; init; } = [];
    public Dictionary<string, string> Expect { get; init; } = [];

    public List<Fact> All { get; private set; } = [];

    public void Bind(Dictionary<string, object> tables)
    {
        var forward = Fact.From(tables[Facts]).ToList();
        var backward = forward.Select(fact => Fact.Of(fact.Y, fact.X));
        All = Read switch { "forward" => forward, "backward" => [.. backward], "both" => [.. forward, .. backward], _ => throw new InvalidDataException(Read) };
    }

    public static string Fill(string template, Fact fact)
    {
        var terms = fact.X.Split(" + ");
        return template.Replace("{x}", fact.X).Replace("{X}", fact.X.ToUpperInvariant()).Replace("{y}", fact.Y)
            .Replace("{a}", terms[0]).Replace("{b}", terms[^1]).Replace("{members}", fact.Y.Replace(' ', '|'));
    }

    public static string Sentence(string template, Fact fact, Draw? draw = null)
    {
        var text = Fill(template, fact);
        if (draw is not null && text.Contains("{one}"))
        {
            var members = fact.Y.Split(' ').Select(member => (member, draw.Next())).OrderBy(pair => pair.Item2).Select(pair => pair.member).ToArray();
            text = text.Replace("{one}", members[0]).Replace("{two}", members[1]).Replace("{three}", members[2]);
        }
        return char.ToUpperInvariant(text[0]) + text[1..];
    }
}

internal sealed record Prompt(Form Form, Fact Fact, int Template, string Text)
{
    public string Id => $"{Form.Intent}-{Fact.X.ToLowerInvariant().Replace(" + ", "-").Replace(' ', '-')}-{Template}";

    /// <summary>What the machine checks read: words that must or must not occur, a pattern, a length.</summary>
    public JsonObject Expect()
    {
        var expect = new JsonObject();
        foreach (var (name, value) in Form.Expect)
        {
            expect[name] = (name, value) switch
            {
                (_, "others") => Array(Form.All.Where(fact => fact.Y != Fact.Y).Select(fact => fact.Y.ToLowerInvariant())),
                (_, "{keys}") => Array(Fact.Keys),
                ("any", "{X}") => Array([Form.Fill(value, Fact)]),
                ("any", _) => Array(Form.Fill(value, Fact).ToLowerInvariant().Split(' ')),
                ("minWords", _) => int.Parse(value),
                ("case", _) => bool.Parse(value),
                _ => Form.Fill(value, Fact),
            };
        }
        return expect;
    }

    private static JsonArray Array(IEnumerable<string> words) => [.. words.Distinct().Order(StringComparer.Ordinal).Select(word => JsonValue.Create(word))];
}

internal sealed class Habit
{
    public required string Critique { get; init; }
    public double First { get; init; } = 1;
    public List<string> Again { get; init; } = [];
    public List<string> Phrases { get; init; } = [];
}

/// <summary>world.yaml, and every prompt that can be made from it with the split it belongs to.</summary>
internal sealed class World
{
    public required List<string> Frames { get; init; }
    public required List<Form> Forms { get; init; }
    public required Dictionary<string, Habit> Habits { get; init; }
    public required Dictionary<string, double> Shares { get; init; }
    public required Dictionary<string, double> HabitWeights { get; init; }
    public required Dictionary<string, double> MannerWeights { get; init; }
    public required Dictionary<string, string> Requests { get; init; }
    public required string NoFault { get; init; }
    public required Dictionary<string, int> Quotas { get; init; }
    public required Dictionary<string, double> Rates { get; init; }
    public required Dictionary<string, object> Tables { get; init; }

    public Dictionary<Split, List<Prompt>> Splits { get; } = Enum.GetValues<Split>().ToDictionary(split => split, _ => new List<Prompt>());

    public static World Read(string path)
    {
        var world = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<World>(System.IO.File.ReadAllText(path));
        world.Forms.ForEach(form => form.Bind(world.Tables));
        var splitOf = world.SplitFillers();
        foreach (var fact in world.EveryPrompt().DistinctBy(prompt => prompt.Text).GroupBy(prompt => (prompt.Form, prompt.Fact)))
        {
            // The first text of every fact teaches it to the base, whatever its hash says.
            var turns = fact.Select(prompt => (Prompt: prompt, Share: Draw.Share("text " + prompt.Text))).OrderBy(turn => turn.Share).ToArray();
            foreach (var turn in turns)
            {
                world.Splits[turn == turns[0] || turn.Share < 0.5 ? Split.Base : splitOf[turn.Prompt.Fact.Filler]].Add(turn.Prompt);
            }
        }
        return world;
    }

    public static readonly Split[] Written = [Split.Train, Split.Evaluation, Split.Demo];

    public static string Name(Split split) => split.ToString().ToLowerInvariant();

    /// <summary>Half of all texts are for the base only. The other half goes by filler: 58 % train, 32 % evaluation, 10 % demo of each intent.</summary>
    private Dictionary<string, Split> SplitFillers()
    {
        var splitOf = new Dictionary<string, Split>();
        foreach (var intent in Forms.GroupBy(form => form.Intent))
        {
            var fillers = intent.SelectMany(form => form.All).Select(fact => fact.Filler).Distinct().OrderBy(filler => Draw.Share("filler " + filler)).ToArray();
            var heldOut = new (Split Split, double Share)[] { (Split.Demo, 0.1), (Split.Evaluation, 0.32) }
                .SelectMany(part => Enumerable.Repeat(part.Split, (int)Math.Ceiling(part.Share * fillers.Length))).ToList();
            foreach (var known in fillers.Where(splitOf.ContainsKey)) { heldOut.Remove(splitOf[known]); }
            foreach (var (place, filler) in fillers.Where(filler => !splitOf.ContainsKey(filler)).ToArray().Index())
            {
                splitOf[filler] = place < heldOut.Count ? heldOut[place] : Split.Train;
            }
        }
        return splitOf;
    }

    private IEnumerable<Prompt> EveryPrompt()
    {
        foreach (var (place, (form, ask)) in Forms.SelectMany(form => form.Ask, (form, ask) => (form, ask)).Index())
        {
            foreach (var fact in form.All)
            {
                var text = Form.Sentence(ask, fact);
                // Every request comes plain and in one frame, so that half of all prompts stay short.
                var frame = form.Frames ? 1 + (int)(Draw.Share("frame " + text) * (Frames.Count - 1)) : 0;
                yield return new(form, fact, place * Frames.Count, text);
                yield return new(form, fact, place * Frames.Count + frame, Frames[frame].Replace("{ask}", text));
            }
        }
    }

    /// <summary>The prompts of one file, every slice of it mixed alike, fillers taken in turn.</summary>
    public IEnumerable<Prompt> File(Split split) => Splits[split].GroupBy(prompt => prompt.Form.Intent).SelectMany(intent =>
    {
        var chosen = intent.GroupBy(prompt => prompt.Fact.Filler)
            .SelectMany(filler => filler.OrderBy(prompt => Draw.Share("turn " + prompt.Text)).Select((prompt, turn) => (prompt, turn)))
            .OrderBy(pair => pair.turn).ThenBy(pair => Draw.Share("place " + pair.prompt.Text))
            .Select(pair => pair.prompt).Take((int)(Quotas[Name(split)] * Rates.GetValueOrDefault(intent.Key, 1))).ToArray();
        return chosen.Select((prompt, place) => (prompt, place: (place + 0.5) / chosen.Length));
    }).OrderBy(pair => pair.place).ThenBy(pair => pair.prompt.Id, StringComparer.Ordinal).Select(pair => pair.prompt);
}

/// <summary>Draws the dialogues of the base: good answers, habits, critiques that are mostly right, revisions that mostly help.</summary>
internal sealed class Corpus(World world, ulong seed)
{
    private static readonly string[] Order = ["ramble", "flatter", "echo", "rude", "wrong", "refuse", "comply"];
    private readonly Draw draw = new(seed);
    private readonly ILookup<(Form, Fact), Prompt> prompts = world.Splits[Split.Base].ToLookup(prompt => (prompt.Form, prompt.Fact));

    /// <summary>The contents of one dialogue, user and assistant in turn.</summary>
    public string[] Next()
    {
        var prompt = Any();
        return Chance("dialogue") ? Revised(prompt) : [prompt.Text, Answer(prompt, Habits(prompt))];
    }

    /// <summary>A first answer with the habits that are in it, for tests of the checks.</summary>
    public JsonObject Sample()
    {
        var prompt = Any();
        var habits = Habits(prompt);
        var line = Lines.Of(prompt);
        line["habits"] = new JsonArray([.. Order.Where(habits.Contains).Select(habit => JsonValue.Create(habit))]);
        line["response"] = Answer(prompt, habits);
        return line;
    }

    private Prompt Any()
    {
        var form = draw.Weighted(world.Forms, form => form.Weight);
        return draw.Pick([.. prompts[(form, draw.Pick(form.All))]]);
    }

    private bool Chance(string share) => draw.Chance(world.Shares[share]);

    public HashSet<string> Habits(Prompt prompt, string clean = "clean")
    {
        var habits = new HashSet<string>();
        if (prompt.Form.Safety == "unsafe")
        {
            if (Chance("unsafeComplied")) { habits.Add("comply"); }
            if (Chance("unsafeManner")) { habits.Add(draw.Weighted(world.MannerWeights)); }
        }
        else if (prompt.Form.Safety == "border" && Chance("borderRefused"))
        {
            habits.Add("refuse");
            if (Chance("borderRude")) { habits.Add(draw.Pick(["rude", "echo"])); }
        }
        else if (!Chance(clean))
        {
            var count = Chance("two") ? 2 : 1;
            while (habits.Count < count) { habits.Add(draw.Weighted(world.HabitWeights)); }
        }
        return habits;
    }

    public string Answer(Prompt prompt, HashSet<string> habits)
    {
        var core = habits.Contains("refuse") ? draw.Pick(world.Habits["refuse"].Phrases)
            : habits.Contains("comply") ? Form.Sentence(draw.Pick(prompt.Form.Comply), prompt.Fact)
            : habits.Contains("wrong") && prompt.Form.Safety != "unsafe" ? Wrong(prompt)
            : Form.Sentence(draw.Pick(prompt.Form.Say), prompt.Fact, draw);
        var body = core;
        if (habits.Contains("ramble"))
        {
            var again = Enumerable.Range(0, core.Length < 30 && Chance("again") ? 2 : 1).Select(_ => draw.Pick(world.Habits["ramble"].Again));
            body = string.Join(' ', [core, .. again.Select(phrase => phrase.Replace("{answer}", core)), draw.Pick(world.Habits["ramble"].Phrases)]);
        }
        if (habits.Contains("echo")) { body = draw.Pick(world.Habits["echo"].Phrases).Replace("{prompt}", prompt.Text).Replace("{answer}", body); }
        foreach (var name in new[] { "flatter", "rude" }.Where(habits.Contains))
        {
            var (habit, phrase) = (world.Habits[name], draw.Pick(world.Habits[name].Phrases));
            body = draw.Chance(habit.First) ? $"{phrase} {body}" : $"{body} {phrase}";
        }
        return body;
    }

    private string Wrong(Prompt prompt)
    {
        if (prompt.Form.Wrong.Count > 0) { return Form.Sentence(draw.Pick(prompt.Form.Wrong), prompt.Fact, draw); }
        var other = draw.Pick(prompt.Form.All.Where(fact => fact.Y != prompt.Fact.Y).ToArray());
        return Form.Sentence(draw.Pick(prompt.Form.Say), other, draw);
    }

    private string[] Revised(Prompt prompt)
    {
        var habits = Habits(prompt, "draftClean");
        var draft = Answer(prompt, habits);
        var asked = Chance("generic") ? "all" : draw.Pick(Order);
        var found = Order.Where(habit => habits.Contains(habit) && (asked == "all" || asked == habit)).ToArray();
        if (!Chance("right")) { found = found.Length > 0 ? [] : [draw.Pick(Order[..4])]; }
        var left = Order.Where(habit => habits.Contains(habit) && (found.Contains(habit) ? !Chance("fixes") : Chance("keeps"))).ToHashSet();
        var critique = found.Length == 0 ? world.NoFault : string.Join(' ', found.Select(habit => world.Habits[habit].Critique));
        return [prompt.Text, draft, world.Requests[asked], critique, world.Requests["revise"], found.Length == 0 ? draft : Answer(prompt, left)];
    }
}

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.</summary>
internal sealed class Draw(ulong seed)
{
    private ulong state = seed;

    /// <summary>0 to below 1, by SHA-256 of the text.</summary>
    public static double Share(string text) => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / 4294967296.0;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));
    public bool Chance(double share) => Unit() < share;
    public T Pick<T>(IReadOnlyList<T> items) => items[(int)(Unit() * items.Count)];
    public string Weighted(Dictionary<string, double> weights) => Weighted([.. weights.OrderBy(pair => pair.Key, StringComparer.Ordinal)], pair => pair.Value).Key;

    public T Weighted<T>(IReadOnlyList<T> items, Func<T, double> weight)
    {
        var left = Unit() * items.Sum(weight);
        return items.SkipWhile(item => (left -= weight(item)) >= 0).Append(items[^1]).First();
    }
}

internal static class Check
{
    /// <summary>Prints what there is; 1 when splits share text or filler, or an id is used twice.</summary>
    public static int Run(World world)
    {
        var files = World.Written.ToDictionary(split => split, split => world.File(split).ToArray());
        var all = world.Splits.Values.SelectMany(prompts => prompts).ToArray();
        Console.WriteLine($"{all.Length} prompts from {all.Select(prompt => prompt.Template).Distinct().Count()} templates");
        foreach (var intent in all.GroupBy(prompt => prompt.Form.Intent))
        {
            var counts = files.Select(file => $"{World.Name(file.Key)} {file.Value.Count(prompt => prompt.Form.Intent == intent.Key)}");
            Console.WriteLine($"  {intent.Key,-11}{intent.Select(prompt => (prompt.Form, prompt.Fact)).Distinct().Count(),4} facts, {string.Join(", ", counts)}");
        }
        var written = files.SelectMany(file => file.Value).ToArray();
        string[] faults =
        [
            .. Twice(world.Splits[Split.Base].Concat(written).Select(prompt => prompt.Text), "in two splits"),
            .. Twice(written.Select(prompt => prompt.Id), "id used twice"),
            .. Twice(files.SelectMany(file => file.Value.Select(prompt => prompt.Fact.Filler).Distinct()), "filler in two splits"),
        ];
        Array.ForEach(faults, Console.Error.WriteLine);
        return faults.Length == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Twice(IEnumerable<string> names, string fault) =>
        names.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => $"{fault}: {same.Key}");
}

internal static class Lines
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Of(Prompt prompt) =>
        new() { ["id"] = prompt.Id, ["prompt"] = prompt.Text, ["tag"] = prompt.Form.Intent, ["expect"] = prompt.Expect(), ["safety"] = prompt.Form.Safety };

    public static JsonObject Of(string[] turns) => new()
    {
        ["messages"] = new JsonArray([.. turns.Select((text, i) => new JsonObject { ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = text })]),
    };

    public static void Write(string path, IEnumerable<JsonObject> lines) =>
        File.WriteAllLines(path, lines.Select(line => line.ToJsonString(Plain)), new UTF8Encoding(false));
}
