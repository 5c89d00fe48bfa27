using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

public class LanguageModelTests
{
    public static TheoryData<string> Supported =>
        ["tiny-llama", "tiny-llama-gqa-tied", "tiny-smollm", "tiny-llama-linear-rope", "tiny-llama-yarn-rope", "tiny-qwen2", "tiny-qwen3"];

    [Theory]
    [MemberData(nameof(Supported))]
    public Task Logits_and_hidden_states_are_those_of_transformers(string name) => Golden.OnModel(name, (folder, golden) =>
    {
        using var model = ModelFolder.ReadModel(folder, trainable: false);
        var mask = golden["attention_mask_right"].unsqueeze(-1);
        var hidden = model.Hidden(golden["input_ids_right"]);
        Golden.Near(golden["last_hidden_right"] * mask, hidden * mask, 2e-4, "hidden states");
        var logits = model.Logits(hidden) * mask;
        Golden.Near(golden["logits_right_f64"], logits, 2e-4, "logits (f64)");
        Golden.Near(golden["logits_right"], logits, 2e-4, "logits (f32)");
    });

    [Theory]
    [MemberData(nameof(Supported))]
    public Task Log_probabilities_are_those_of_transformers(string name) => Golden.OnModel(name, (folder, golden) =>
    {
        using var model = ModelFolder.ReadModel(folder, trainable: false);
        // The fixture's mask is at the index of the prediction, ours at the token that is predicted.
        var predicted = golden["completion_mask"];
        var mask = cat([zeros(predicted.shape[0], 1, dtype: int64), predicted], 1);
        var actual = TokenLogProbs.Of(model, golden["input_ids_right"], mask);
        Golden.Near(golden["token_logprobs"], actual, 1e-4, "log-probabilities");
        Assert.Equal(0, (actual * (1 - predicted)).abs().max().item<float>());
    });
}
