using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Weights;

public class GgufValueTests
{
    private const string SmolLm2 = "models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf";

    [Fact]
    public Task Every_supported_type_decodes_to_the_reference_values_and_every_other_is_named() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        using var golden = Safetensors.Read(Fixtures.Path("gguf/types.golden.safetensors"));
        var file = GgufFile.Open(Fixtures.Path("gguf/types.gguf"));
        var decoded = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors)
        {
            if (!tensor.Type.IsReadable)
            {
                Assert.Contains(tensor.Type.Name, Assert.Throws<InputException>(() => file.Dequantise(tensor)).Message, StringComparison.Ordinal);
                continue;
            }

            decoded.Add(tensor.Type.Name);
            var (expected, actual) = (golden.Find(tensor.Name)!.data<float>().ToArray(), file.Dequantise(tensor).data<float>().ToArray());
            // Bit by bit: d·q and m are rounded separately, here as there.
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
        }

        Assert.Superset(new HashSet<string>(["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q6_K"], StringComparer.Ordinal), decoded);
    }, TestContext.Current.CancellationToken);

    [Fact]
    public Task Every_tensor_of_the_real_model_has_the_reference_bytes() => TorchThread.Run(() =>
    {
        var file = GgufFile.Open(Fixtures.Shared(SmolLm2));
        using var json = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("gguf/smollm2.tensors.json")));
        Assert.Equal(json.RootElement.EnumerateObject().Count(), file.Tensors.Count);
        Assert.All(file.Tensors, tensor =>
        {
            using var values = file.Dequantise(tensor);
            var bytes = MemoryMarshal.AsBytes(values.data<float>().ToArray().AsSpan());
            Assert.Equal(json.RootElement.GetProperty(tensor.Name).GetProperty("sha256_f32").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        });
    }, TestContext.Current.CancellationToken);

    // f32: 5e-4 on a log-probability, 1e-3 on logsumexp (fixtures/gguf/README.md).
    [Fact]
    public Task The_real_model_gives_the_reference_log_probabilities() => TorchThread.Run(() =>
    {
        using var model = ModelFolder.ReadModel(Fixtures.Shared(SmolLm2), trainable: false);
        using var guard = no_grad();
        using var json = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("gguf/smollm2.golden.json")));
        foreach (var prompt in json.RootElement.GetProperty("prompts").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var ids = Golden.Ids(prompt.GetProperty("ids"));
            var last = model.Logits(model.Hidden(tensor(ids, 1, ids.Length, dtype: int64))[0, -1]);
            var total = last.logsumexp(-1);
            Assert.Equal(prompt.GetProperty("logsumexp").GetDouble(), total.item<float>(), 1e-3);
            var top = prompt.GetProperty("top_ids").EnumerateArray().Zip(prompt.GetProperty("top_logprobs").EnumerateArray());
            Assert.All(top, one => Assert.Equal(one.Second.GetDouble(), (last[one.First.GetInt64()] - total).item<float>(), 5e-4));
        }
    }, TestContext.Current.CancellationToken);
}
