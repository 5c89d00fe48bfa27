using System.Globalization;
using System.Text.Json;
using Rlaif.Bench;
using Rlaif.Bench.Speed;

// Name, what it measures, and how. In this order they run.
Dictionary<string, (string What, Func<Task<IReadOnlyList<Figure>>> Measure)> all = new(StringComparer.Ordinal)
{
    ["labeler-throughput"] = ("labels stored a second, over a bare RabbitMQ consumer with the same insert", LabelerThroughput.Measure),
    ["judge-concurrency"] = ("64 judge calls of 500 ms at once: ideal time over measured", JudgeConcurrency.Measure),
    ["pipeline-overhead"] = ("the part of a round's time in which no model computes", PipelineOverhead.Measure),
    ["coordinator-memory"] = ("peak memory with 10^6 prompts over that with 10^5", CoordinatorMemory.Measure),
    ["pair-training"] = ("DPO on HH: useful work over the fastest f32 product, peak memory, and its growth", PairTraining.Measure),
    ["ppo-training"] = ("PPO on HH prompts beside TRL's, each over the f32 product of its machine", PpoTraining.Measure),
    ["training-speed"] = ("SFT: real tokens' work over the fastest f32 product; what one prompt for a group saves", TrainingSpeed.Measure),
    ["label-settle-slope"] = ("time per pair at the end of 10^5 over that at the beginning", LabelSettleSlope.Measure),
};

if (args is ["--list"])
{
    all.ToList().ForEach(one => Console.WriteLine($"{one.Key,-20} {one.Value.What}"));
    return 0;
}

var json = Array.IndexOf(args, "--json") is >= 0 and var at ? args.ElementAtOrDefault(at + 1) : null;
var names = args.Where((argument, i) => argument != "--json" && (i == 0 || args[i - 1] != "--json")).ToList();
if (names.FirstOrDefault(name => !all.ContainsKey(name)) is { } unknown || (args.Contains("--json") && json is null))
{
    Console.Error.WriteLine($"usage: bench/run [NAME...] [--json FILE], with names among {string.Join(", ", all.Keys)}");
    return 2;
}

var figures = new List<Figure>();
foreach (var (name, (what, measure)) in all.Where(one => names.Count == 0 || names.Contains(one.Key)))
{
    Console.WriteLine($"{name}: {what}");
    foreach (var figure in await measure())
    {
        figures.Add(figure);
        var holds = figure.Goal.Length == 0 ? "" : $"{figure.Goal,-16} {(figure.Holds ? "holds" : figure.Value is null ? "NOT MEASURED" : "FALLS SHORT")}";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {figure.Name,-58} {figure.Value,12:0.###}  {holds}"));
    }
}

if (json is not null)
{
    await File.WriteAllTextAsync(json, JsonSerializer.Serialize(figures, JsonSerializerOptions.Web) + "\n");
}

return figures.TrueForAll(figure => figure.Holds) ? 0 : 1;
