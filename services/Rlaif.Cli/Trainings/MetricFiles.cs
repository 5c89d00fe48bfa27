using System.Text;
using System.Text.Json;
using Rlaif.Learning.Training;

namespace Rlaif.Cli.Trainings;

/// <summary>Figures while they come: metrics.jsonl, one line a step, and a file for TensorBoard. Both begin anew with every start; a training that
/// goes on tells its earlier steps again.</summary>
internal sealed class MetricFiles : IDisposable
{
    public const string LinesName = "metrics.jsonl";

    private readonly FileStream lines;
    private readonly EventFile events;

    public MetricFiles(string folder, TimeProvider time)
    {
        foreach (var old in Directory.EnumerateFiles(folder, "events.out.tfevents.*.rlaif"))
        {
            File.Delete(old);
        }

        lines = new(Path.Combine(folder, LinesName), FileMode.Create, FileAccess.Write, FileShare.Read);
        events = new(new FileStream(Path.Combine(folder, EventFile.NameAt(time.GetUtcNow())), FileMode.Create, FileAccess.Write, FileShare.Read), time);
    }

    /// <summary>Figures of one step, or of several.</summary>
    public void Add(IEnumerable<TrainingMetric> metrics)
    {
        foreach (var step in metrics.GroupBy(metric => metric.Step))
        {
            var figures = step.Where(metric => double.IsFinite(metric.Value)).Select(metric => (metric.Name, metric.Value)).ToList();
            lines.Write(Line(step.Key, figures));
            events.Add(step.Key, figures);
        }

        lines.Flush();
    }

    public void Dispose()
    {
        lines.Dispose();
        events.Dispose();
    }

    private static byte[] Line(int step, IReadOnlyList<(string Name, double Value)> figures)
    {
        using var bytes = new MemoryStream();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteNumber("step", step);
        foreach (var (name, value) in figures)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
        json.Flush();
        bytes.Write(Encoding.UTF8.GetBytes("\n"));
        return bytes.ToArray();
    }
}
