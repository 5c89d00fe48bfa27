using System.Text.Json.Nodes;
using Rlaif.Learning.Adapters;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Adapters;

/// <summary>Adapters that must not be used: each is one sentence with the folder or the file.</summary>
public class BrokenAdapterTests
{
    [Theory]
    [InlineData("peft_type", "\"IA3\"", "has peft_type IA3")]
    [InlineData("bias", "\"lora_only\"", "has bias lora_only")]
    [InlineData("init_lora_weights", "\"pissa_niter_16\"", "has init_lora_weights pissa_niter_16, which changes the base model's weights too")]
    [InlineData("fan_in_fan_out", "true", "has fan_in_fan_out, which is not supported")]
    [InlineData("lora_bias", "true", "has lora_bias, which is not supported")]
    [InlineData("use_qalora", "true", "has use_qalora, which is not supported")]
    [InlineData("layer_replication", "[[0, 2]]", "has layer_replication, which is not supported")]
    [InlineData("trainable_token_indices", "[1]", "has trainable_token_indices, which is not supported")]
    [InlineData("of_next_year", "0.5", "has of_next_year, which is not supported")]
    [InlineData("r", "0", "has a r that is not a whole number from 1")]
    [InlineData("lora_alpha", "null", "has no lora_alpha")]
    [InlineData("layers_to_transform", "\"all\"", "has a layers_to_transform that is not a whole number from 0 or a list of them")]
    [InlineData("target_modules", "[\"c_attn\"]", "which its adapter_config.json does not call for on this model")]
    [InlineData("target_modules", "\".*(q_proj\"", "is no regular expression")]
    [InlineData("target_modules", "\".*norm\"", "targets model.layers.0.input_layernorm, which is no projection")]
    [InlineData("target_modules", "[\"q_proj\", \"v_proj\"]", "which its adapter_config.json does not call for on this model")]
    [InlineData("rank_pattern", "{\"q_proj\": 3}", "has the shape [2, 16], this model and adapter_config.json call for [3, 16]")]
    [InlineData("use_dora", "true", "has no base_model.model.model.layers.0.mlp.down_proj.lora_magnitude_vector")]
    [InlineData("modules_to_save", "[\"embed_tokens\"]", "has no base_model.model.model.embed_tokens.weight")]
    public Task What_cannot_be_computed_is_refused_by_its_name(string field, string value, string expected) => OnAdapter(folder =>
    {
        var file = Path.Combine(folder, "adapter_config.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json[field] = JsonNode.Parse(value);
        File.WriteAllText(file, json.ToJsonString());
        Refused(folder, TinyTraining.Config, expected);
    });

    [Fact]
    public Task An_adapter_of_a_wider_model_is_refused_with_both_shapes() => OnAdapter(folder =>
        Refused(folder, TinyTraining.Config with { HiddenSize = 24, HeadDim = 12 }, "has the shape [16, 2], this model and adapter_config.json call for [24, 2]"));

    [Fact]
    public Task An_adapter_of_a_shallower_model_is_refused_with_what_it_lacks() => OnAdapter(folder =>
        Refused(folder, TinyTraining.Config with { Layers = 3 }, "has no base_model.model.model.layers.2."));

    [Fact]
    public Task An_adapter_of_a_deeper_model_is_refused_with_what_is_left() => OnAdapter(folder =>
        Refused(folder, TinyTraining.Config with { Layers = 1 }, "holds base_model.model.model.layers.1."));

    [Fact]
    public Task Tensors_in_a_pickle_are_not_read() => OnAdapter(folder =>
    {
        File.Move(Path.Combine(folder, "adapter_model.safetensors"), Path.Combine(folder, "adapter_model.bin"));
        Refused(folder, TinyTraining.Config, "has no adapter_model.safetensors");
    });

    [Fact]
    public Task A_folder_without_a_configuration_is_none() => OnAdapter(folder =>
    {
        File.Delete(Path.Combine(folder, "adapter_config.json"));
        Refused(folder, TinyTraining.Config, "adapter_config.json is missing");
    });

    [Fact]
    public Task An_embedding_that_is_the_head_too_is_not_replaced() => OnAdapter(folder =>
    {
        using var scope = NewDisposeScope();
        var file = Path.Combine(folder, "adapter_model.safetensors");
        var tensors = Safetensors.Read(file).Tensors;
        Safetensors.Write(file, [.. tensors, new("base_model.model.model.embed_tokens.weight", zeros(48, 16))]);
        var config = Path.Combine(folder, "adapter_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"modules_to_save\": null", "\"modules_to_save\": [\"embed_tokens\"]", StringComparison.Ordinal));
        Refused(folder, TinyTraining.Config, "which is the head of this model too");
    });

    [Fact]
    public void A_pattern_that_takes_for_ever_is_stopped()
    {
        var error = Assert.Throws<InputException>(() => ModuleNames.Matches("(a+)+", new string('a', 40) + "!"));
        Assert.Contains("takes more than a second", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(string folder, ModelConfig model, string expected)
    {
        var error = Assert.Throws<InputException>(() => AdapterFolder.ReadOn(LanguageModel.Create(model, seed: 1, trainable: false), folder));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(expected.StartsWith("is no regular", StringComparison.Ordinal) ? "The pattern" : folder, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>A good adapter of rank 2 on all projections.</summary>
    private static Task OnAdapter(Action<string> check) => TorchThread.Run(() =>
    {
        var folder = Directory.CreateTempSubdirectory("rlaif").FullName;
        var model = LanguageModel.Create(TinyTraining.Config, seed: 1, trainable: false);
        using (var adapted = model.With(InitialAdapter.On(model, new() { Rank = 2 }, seed: 1)))
        {
            ModelFolder.WriteModel(folder, adapted);
        }

        AdapterFolder.ReadOn(LanguageModel.Create(TinyTraining.Config, seed: 1, trainable: false), Path.Combine(folder, "adapter")).Dispose();
        check(Path.Combine(folder, "adapter"));
        Directory.Delete(folder, recursive: true);
    }, TestContext.Current.CancellationToken);
}
