using Rlaif.Learning.Adapters;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Models;
using Rlaif.Learning.Tests.Sampling;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Adapters;

/// <summary>Adapters that PEFT wrote, on a model that transformers wrote.</summary>
public class AdapterFixtureTests
{
    public static TheoryData<string> Adapters => ["attention", "all-linear", "rslora", "modules-to-save", "dora", "patterns", "layers"];

    [Theory]
    [MemberData(nameof(Adapters))]
    public Task On_it_gives_the_logits_and_log_probabilities_of_peft(string name) => With(name, (model, golden, tiny) =>
    {
        var mask = tiny["attention_mask_right"].unsqueeze(-1);
        Golden.Near(golden["logits_on_f64"], Logits(model, tiny) * mask, 3e-4, "logits");
        using var merged = model.Merged();
        Golden.Near(golden["logits_on_f64"], Logits(merged, tiny) * mask, 3e-4, "logits of the merged weights");

        TrainingExample[] completions = [.. Rows(tiny).Select(row => new TrainingExample(row.Ids[..row.Prompt], row.Ids[row.Prompt..]))];
        var sums = SequenceLogProbs.Of(model, completions).Select(tokens => (double)tokens.Sum()).ToArray();
        Losses.Golden.Close([.. golden.Json.GetProperty("sequence_logprob").EnumerateArray().Select(sum => sum.GetDouble())], sums, 3e-5, "sums of log-probabilities");
    });

    [Theory]
    [MemberData(nameof(Adapters))]
    public Task Merging_changes_the_weights_that_peft_changes_and_no_other(string name) => With(name, (model, golden, _) =>
    {
        using var merged = model.Merged();
        var changed = golden.Json.GetProperty("changed_weights").EnumerateArray().Select(one => one.GetString()!).ToHashSet(StringComparer.Ordinal);
        foreach (var (before, after) in model.Weights.Zip(merged.Weights))
        {
            if (changed.Remove(before.Name))
            {
                Golden.Near(golden["merged." + before.Name], after.Value, 1e-6, before.Name);
            }
            else
            {
                Assert.Same(before.Value, after.Value);
            }
        }

        Assert.Empty(changed);
    });

    [Theory]
    [MemberData(nameof(Adapters))]
    public Task Off_it_leaves_the_bits_of_the_base(string name) => With(name, (model, _, tiny) =>
    {
        using var never = ModelFolder.ReadModel(Fixtures.Path("models/tiny-llama"), trainable: false);
        using var off = model.WithoutAdapter();
        Assert.True(Logits(never, tiny).equal(Logits(off, tiny)).all().item<bool>());
        Assert.False(Logits(never, tiny).equal(Logits(model, tiny)).all().item<bool>());
    });

    [Theory]
    [MemberData(nameof(Adapters))]
    public Task Greedy_continuations_are_those_of_peft(string name) => With(name, (model, golden, tiny) =>
    {
        var expected = golden.Json.GetProperty("greedy").EnumerateArray().Select(Golden.Ids).ToArray();
        var requests = Rows(tiny).Select((row, i) => Requests.Greedy(row.Ids[..row.Prompt], expected[i].Length)).ToArray();
        Assert.All(new[] { false, true }, asOnCard =>
        {
            var responses = Sampler.Sample(model, requests, asOnCard, onToken: null, TestContext.Current.CancellationToken);
            Assert.Equal(expected, responses.Select(response => response.Tokens.Select(token => token.Id).ToArray()));
        });
    });

    [Theory]
    [MemberData(nameof(Adapters))]
    public Task A_merged_folder_holds_the_merged_model_and_nothing_else(string name) => With(name, (model, _, tiny) =>
    {
        var folder = Directory.CreateTempSubdirectory("rlaif").FullName;
        AdapterFolder.Merge(Fixtures.Path("models/tiny-llama"), Fixtures.Path("lora/" + name), folder);
        Assert.Equal(["config.json", "model.safetensors"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var read = ModelFolder.ReadModel(folder, trainable: false);
        using var merged = model.Merged();
        Assert.All(merged.Weights.Zip(read.Weights), pair => Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>(), pair.First.Name));
        Directory.Delete(folder, recursive: true);
    });

    [Theory]
    [MemberData(nameof(Adapters))]
    public Task What_is_written_is_what_was_read(string name) => With(name, (model, _, tiny) =>
    {
        var folder = Directory.CreateTempSubdirectory("rlaif").FullName;
        ModelFolder.WriteModel(folder, model);
        var (theirs, ours) = (Fixtures.Path("lora/" + name), Path.Combine(folder, "adapter"));
        using (var expected = Safetensors.Read(Path.Combine(theirs, "adapter_model.safetensors")))
        using (var actual = Safetensors.Read(Path.Combine(ours, "adapter_model.safetensors")))
        {
            Assert.Equal(expected.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal), actual.Tensors.Select(t => t.Name));
            Assert.All(actual.Tensors, t => Assert.True(t.Value.equal(expected.Find(t.Name)!).all().item<bool>(), t.Name));
        }

        using var again = AdapterFolder.ReadOn(ModelFolder.ReadModel(Fixtures.Path("models/tiny-llama"), trainable: false), ours);
        Assert.True(Logits(model, tiny).equal(Logits(again, tiny)).all().item<bool>());
        Directory.Delete(folder, recursive: true);
    });

    // Named as the server's model is, a family that is not read yet: the shape is what an adapter must fit.
    [Theory]
    [InlineData("adapter-init", false)]
    [InlineData("adapter-dpo5", true)]
    [InlineData("adapter-fixed", true)]
    public Task Exports_of_a_training_server_that_name_no_targets_have_them_from_their_tensors(string name, bool isTrained) => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var config = new ModelConfig
        {
            Architecture = "llama", HiddenSize = 64, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadDim = 16, FeedForward = 128, Vocabulary = 384, MaxPositions = 512,
        };
        using var model = AdapterFolder.ReadOn(LanguageModel.Create(config, seed: 1, trainable: false), Fixtures.Path("tinker/" + name));
        Assert.Equal(14, model.Adapter!.Pairs.Count);
        Assert.All(model.Adapter.Pairs.Values, pair => Assert.Equal(8, pair.Scale));
        // A new pair has B = 0.
        Assert.Equal(isTrained, model.Adapter.Pairs.Values.All(pair => pair.Up.abs().max().item<float>() > 0));
        Assert.Equal(!isTrained, model.Adapter.Pairs.Values.All(pair => pair.Up.abs().max().item<float>() == 0));
    }, TestContext.Current.CancellationToken);

    private static Tensor Logits(LanguageModel model, Golden tiny) => model.Logits(model.Hidden(tiny["input_ids_right"]));

    private static IEnumerable<(int[] Ids, int Prompt)> Rows(Golden tiny) => tiny.Json.GetProperty("rows").EnumerateArray().Select(Golden.Ids)
        .Zip(Golden.Ids(tiny.Json.GetProperty("prompt_lengths")));

    private static Task With(string name, Action<LanguageModel, Golden, Golden> check) => Golden.OnModel("tiny-llama", (folder, tiny) =>
    {
        using var golden = new Golden(Fixtures.Path("lora/" + name));
        using var model = AdapterFolder.ReadOn(ModelFolder.ReadModel(folder, trainable: false), Fixtures.Path("lora/" + name));
        check(model, golden, tiny);
    });
}
