using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Tests.Losses;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>A training beside one of the fixtures.</summary>
internal static class TrajectoryComparison
{
    private static readonly (string Theirs, string Ours)[] Figures =
    [
        ("rewards/margins", "/margin"), ("rewards/accuracies", "/accuracy"), ("margin", "/margin"), ("accuracy", "/accuracy"),
        ("kl", "kto/baseline_nats_per_sequence"),
    ];

    /// <summary>Trains, and compares every step and the final weights where the file has them.</summary>
    public static void Follow(JsonElement golden, IObjective objective, TrainingPlan plan, CancellationToken cancel)
    {
        var start = objective.Weights.ToDictionary(w => w.Name, w => w.Value.detach().clone());
        Steps(golden, TrainingLoop.Run(objective, plan, null, (_, _) => { }, cancel));
        if (golden.TryGetProperty("final_weights_file", out var file))
        {
            Weights(golden, Fixtures.Path("trajectories/" + file.GetString()), objective.Weights, start);
        }
    }

    /// <summary>Loss, gradient norm, rate and known figures of every step.</summary>
    private static void Steps(JsonElement golden, IReadOnlyList<TrainingMetric> metrics)
    {
        var tolerances = golden.GetProperty("tolerances");
        var losses = tolerances.GetProperty("micro_losses").GetDouble();
        var compared = 0;
        foreach (var step in golden.GetProperty("steps").EnumerateArray())
        {
            var at = step.GetProperty("step").GetInt32();
            double Ours(string ending) => metrics.Single(m => m.Step == at && m.Name.EndsWith(ending, StringComparison.Ordinal)).Value;
            void Close(double theirs, double ours, double tolerance, string what)
            {
                Golden.Close([theirs], [ours], tolerance, $"step {at} {what}");
                compared++;
            }

            Close(step.GetProperty("loss").GetDouble(), metrics.First(m => m.Step == at).Value, losses, "loss");
            Close(step.GetProperty("grad_norm").GetDouble(), Ours("/gradient_norm"), tolerances.GetProperty("grad_norm").GetDouble(), "gradient norm");
            Close(step.GetProperty("learning_rate").GetDouble(), Ours("/learning_rate"), 1e-12, "learning rate");
            foreach (var (theirs, ours) in Figures)
            {
                // What KTO calls kl is another figure than what GRPO does.
                if (step.GetProperty("metrics").TryGetProperty(theirs, out var value) && (theirs != "kl" || metrics.Any(m => m.Name == ours)))
                {
                    Close(value.GetDouble(), Ours(ours), losses, ours);
                }
            }
        }

        var steps = golden.GetProperty("steps").GetArrayLength();
        Assert.True(steps >= 3 && compared >= 3 * steps, $"only {compared} figures of {steps} steps were compared");
    }

    /// <summary>How far each weight is from where it should be, beside the way that it went.</summary>
    private static void Weights(JsonElement golden, string file, IReadOnlyList<NamedWeight> weights, Dictionary<string, Tensor> start)
    {
        using var final = Safetensors.Read(file);
        var tolerance = golden.GetProperty("tolerances").GetProperty("update_relative_l2").GetDouble();
        foreach (var (name, value) in weights)
        {
            var expected = final.Find(name)!.to(value.device);
            var far = ((value.detach() - expected).norm() / (expected - start[name]).norm()).item<float>();
            Assert.True(far <= tolerance, $"{name} is off by {far:E2} of its way, allowed {tolerance:E1}");
        }
    }

    /// <summary>Gives a model the weights of a file.</summary>
    public static void Put(LanguageModel model, string file)
    {
        using var guard = no_grad();
        using var values = Safetensors.Read(file);
        foreach (var (name, value) in model.Weights)
        {
            value.copy_(values.Find(name)!);
        }
    }
}
