using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

public class GgufModelTests
{
    [Theory]
    [InlineData("tiny-llama.f32")]
    [InlineData("tiny-llama.q8_0")]
    [InlineData("tiny-llama-gqa-tied.f16")]
    [InlineData("tiny-qwen2.f32")]
    public async Task Logits_are_those_of_the_stored_weights(string name)
    {
        var path = Fixtures.Path($"gguf/{name}.gguf");
        await TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var golden = Safetensors.Read(Fixtures.Path($"gguf/{name}.golden.safetensors"));
            using var json = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("gguf/models.golden.json")));
            using var model = ModelFolder.ReadModel(path, trainable: false);
            var expected = golden.Find("logits_right_f64")!;
            var row = 0;
            foreach (var ids in json.RootElement.GetProperty(name + ".gguf").GetProperty("rows").EnumerateArray().Select(Golden.Ids))
            {
                var actual = model.Logits(model.Hidden(tensor(ids, 1, ids.Length, dtype: int64)))[0];
                Golden.Near(expected[row++].narrow(0, 0, ids.Length), actual, 2e-4, $"logits of row {row}");
            }
        }, TestContext.Current.CancellationToken);
    }
}
