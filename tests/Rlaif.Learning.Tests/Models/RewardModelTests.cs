using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

public class RewardModelTests
{
    [Fact]
    public Task Rewards_are_those_of_transformers() => Golden.OnModel("tiny-llama-reward", (folder, golden) =>
    {
        using var model = ModelFolder.ReadRewardModel(folder, trainable: false);
        var ids = golden["input_ids_right"];
        var last = RewardModel.LastThatIsNotPadding(ids, model.Body.Config.PadTokenId!.Value);
        Assert.Equal(Golden.Ids(golden.Json.GetProperty("pooled_index")).Select(i => (long)i), last.cpu().data<long>().ToArray());
        Golden.Near(golden["scores_right"].squeeze(-1), model.Rewards(ids, last), 1e-4, "rewards");
    });

    [Fact]
    public Task By_the_mask_the_last_token_counts_even_when_it_is_the_pad_id() => Golden.OnModel("tiny-llama-reward", (folder, golden) =>
    {
        using var model = ModelFolder.ReadRewardModel(folder, trainable: false);
        var last = golden["attention_mask_right"].sum(1) - 1;
        var expected = tensor(golden.Json.GetProperty("scores_of_last_unmasked_token_f64").EnumerateArray().Select(s => (float)s.GetDouble()).ToArray());
        Golden.Near(expected, model.Rewards(golden["input_ids_right"], last), 1e-4, "rewards");
    });

    [Fact]
    public Task A_written_reward_model_reads_back_the_same() => Golden.OnModel("tiny-llama-gqa-tied", (folder, golden) =>
    {
        using var policy = ModelFolder.ReadModel(folder, trainable: false);
        using var model = RewardModel.On(policy, seed: 7);
        var copy = Directory.CreateTempSubdirectory("rlaif").FullName;
        ModelFolder.WriteRewardModel(copy, model);
        using var read = ModelFolder.ReadRewardModel(copy, trainable: false);
        Assert.Equal(model.Weights.Select(w => w.Name), read.Weights.Select(w => w.Name));
        Assert.All(model.Weights.Zip(read.Weights), pair => Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>(), pair.First.Name));
        Directory.Delete(copy, recursive: true);
    });
}
