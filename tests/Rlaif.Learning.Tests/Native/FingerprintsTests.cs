using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Training;
using Rlaif.Learning.Training;
using static TorchSharp.torch;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Native;

public class FingerprintsTests
{
    [Fact]
    public Task They_tell_in_which_layer_two_models_part() => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        using var model = LanguageModel.Create(TinyTraining.Config, seed: 3, trainable: false);
        var before = Of(model);
        Assert.Equal(before, Of(model));
        Assert.Equal(["fingerprint/ids", "fingerprint/tables", "fingerprint/layer_0", "fingerprint/layer_1"], before.Select(one => one.Name));
        model.Layers[1].Down.Weight[3, 5] += 1e-3f;
        Assert.Equal(["fingerprint/layer_1"], Of(model).Except(before).Select(one => one.Name));
    });

    [Fact]
    public Task On_they_are_metrics_of_every_step_and_the_model_is_the_same() => TinyTraining.Run(tiny =>
    {
        var off = Looked(false, () => Train(tiny, "off"));
        Looked(true, () =>
        {
            var on = Train(tiny, "on");
            Assert.Equal(tiny.Sha256("off"), tiny.Sha256("on"));
            Assert.Equal(off, on.Where(metric => !metric.Name.StartsWith("fingerprint/", StringComparison.Ordinal)));
            Assert.All(on.GroupBy(metric => metric.Step), step => Assert.Equal(
                ["fingerprint/weights", "fingerprint/ids", "fingerprint/tables", "fingerprint/layer_0", "fingerprint/layer_1", "fingerprint/gradients"],
                step.Select(metric => metric.Name).Where(name => name.StartsWith("fingerprint/", StringComparison.Ordinal))));
            return true;
        });
    });

    [Fact]
    public Task A_step_that_is_broken_off_leaves_nobody_looking() => TinyTraining.Run(tiny => Looked(true, () =>
    {
        Assert.Throws<OperationCanceledException>(() => Train(tiny, "broken", new(canceled: true)));
        Assert.Null(Fingerprints.Current);
        return true;
    }));

    private static IReadOnlyList<TrainingMetric> Train(TinyTraining tiny, string name, CancellationToken cancel = default) => Trainer.Sft(
        new() { Start = tiny.Start, Data = tiny.ExamplesFile, Work = tiny.Work(name), Seed = 5 }, new() { Batch = 8, MicroBatch = 4, WarmupSteps = 0 }, tiny.Out(name), (_, _) => { }, cancel);

    private static IReadOnlyList<(string Name, double Value)> Of(LanguageModel model) => Looked(true, () =>
    {
        using var scope = NewDisposeScope();
        using var looked = Fingerprints.Begin()!;
        model.Hidden(tensor(new long[] { 5, 6, 7, 8 }, 1, 4));
        return looked.Told();
    });

    private static T Looked<T>(bool areOn, Func<T> work)
    {
        var before = Fingerprints.AreOn;
        Fingerprints.AreOn = areOn;
        try
        {
            return work();
        }
        finally
        {
            Fingerprints.AreOn = before;
        }
    }
}
