using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Training;
using static TorchSharp.torch;

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
    public Task Off_there_are_none() => TinyTraining.Run(_ =>
    {
        Fingerprints.Begin();
        using var one = ones(1);
        Fingerprints.Add("one", one);
        Assert.Empty(Fingerprints.End());
    });

    private static IReadOnlyList<(string Name, double Value)> Of(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        Fingerprints.Begin(isOn: true);
        model.Hidden(tensor(new long[] { 5, 6, 7, 8 }, 1, 4));
        return Fingerprints.End();
    }
}
