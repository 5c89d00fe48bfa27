using System.Diagnostics;
using Rlaif.Hosting;

namespace Rlaif.Broker.Tests;

[Trait("Speed", "slow")]
public class TraceTests(Servers servers)
{
    [Fact]
    public async Task Prompt_label_and_optimizer_step_are_in_one_trace_through_broker_and_database()
    {
        var run = await servers.Run;
        var spans = run.Spans.Where(span => span.TraceId == RunTrace.Root(run.Id).TraceId).ToList();
        string[] ours =
        [
            "plan responses", "send GenerateResponses", "send LabelPreference", "store label", "finish labels", "send TrainRewardModel", "train TrainRewardModel",
            "send OptimizePolicy", "train OptimizePolicy", "step", "send ScoreResponses", "send EvaluatePolicy",
        ];
        Assert.Empty(ours.Except(spans.Select(span => span.DisplayName)));
        string[] consumers =
        [
            "rlaif-generate-responses", "label-judge", "label-rules", "label-patched", "rlaif-label", "rlaif-fact", "rlaif-train-reward-model",
            "rlaif-optimize-policy", "rlaif-score-responses", "rlaif-evaluate-policy",
        ];
        Assert.All(consumers, queue => Assert.Contains(spans, span => span.Source.Name == "MassTransit" && span.DisplayName == $"{queue} receive"));
        Assert.Contains(spans, span => span.Source.Name == "Npgsql");
    }

    [Fact]
    public async Task An_optimizer_step_leads_back_to_the_plan_of_its_stage()
    {
        var run = await servers.Run;
        var spans = run.Spans.Where(span => span.TraceId == RunTrace.Root(run.Id).TraceId).ToDictionary(span => span.SpanId);
        var steps = spans.Values.Where(span => span.DisplayName == "step").ToList();
        Assert.NotEmpty(steps);
        Assert.All(steps, step =>
        {
            var path = Path(step).ToList();
            Assert.StartsWith("train ", path[1].DisplayName, StringComparison.Ordinal);
            Assert.Contains(path, span => span.DisplayName.EndsWith(" receive", StringComparison.Ordinal));
            Assert.StartsWith("plan ", path[^1].DisplayName, StringComparison.Ordinal);
            Assert.Equal(RunTrace.Root(run.Id).SpanId, path[^1].ParentSpanId);
        });

        IEnumerable<Activity> Path(Activity? span)
        {
            for (; span is not null; span = spans.GetValueOrDefault(span.ParentSpanId))
            {
                yield return span;
            }
        }
    }
}
