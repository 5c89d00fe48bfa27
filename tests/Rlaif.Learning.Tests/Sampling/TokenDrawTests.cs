using System.Text.Json;
using CsCheck;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Models;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Sampling;

public class TokenDrawTests
{
    private static readonly string[] Known = ["row", "kept", "temperature", "top_p"];

    [Fact]
    public async Task Distributions_are_those_of_transformers()
    {
        var folder = Fixtures.Path("models/sampling");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "golden.json"), TestContext.Current.CancellationToken));
        var checkedCases = await TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            using var golden = Safetensors.Read(Path.Combine(folder, "golden.safetensors"));
            var (logits, expected) = (golden.Find("logits")!, golden.Find("probs")!);
            var draw = new TokenDraw((int)logits.shape[1]);
            var count = 0;
            foreach (var (index, sampling) in json.RootElement.GetProperty("cases").EnumerateArray().Index())
            {
                if (sampling.EnumerateObject().Any(setting => !Known.Contains(setting.Name)))
                {
                    continue;
                }

                double Setting(string name) => sampling.TryGetProperty(name, out var value) ? value.GetDouble() : 1;
                var row = logits[sampling.GetProperty("row").GetInt32()].data<float>().ToArray();
                var actual = draw.Probabilities(row, Setting("temperature"), Setting("top_p"));
                var probabilities = expected[index].data<float>().ToArray();
                // The fixture's f32 underflow at low temperatures: a probability of 0 there may be a kept token.
                Assert.All(probabilities.Zip(actual), p => Assert.True(p.First == 0 || p.Second > 0));
                Assert.Equal(sampling.GetProperty("kept").GetInt32(), actual.Count(p => p > 0));
                Assert.All(probabilities.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-5));
                count++;
            }

            return count;
        }, TestContext.Current.CancellationToken);
        // Four of temperature, three of top_p, one of both, for eight rows; the fixture leaves one out.
        Assert.Equal(63, checkedCases);
    }

    [Fact]
    public void The_smallest_likeliest_set_that_reaches_p_is_kept() =>
        Gen.Select(Gen.Float[-12, 12].Array[1, 300], Gen.Double[0.01, 0.999], Gen.Double[0.1, 4]).Sample((logits, p, temperature) =>
        {
            var all = new TokenDraw(logits.Length).Probabilities(logits, temperature, 1);
            var kept = new TokenDraw(logits.Length).Probabilities(logits, temperature, p);
            var order = Enumerable.Range(0, all.Length).OrderByDescending(id => all[id]).ThenBy(id => id).ToArray();
            var size = kept.Count(weight => weight > 0);
            Assert.All(order, (id, place) => Assert.Equal(place < size, kept[id] > 0));
            Assert.True(order.Take(size).Sum(id => all[id]) > p - 1e-12);
            Assert.True(order.Take(size - 1).Sum(id => all[id]) < p + 1e-12);
        });

    [Fact]
    public void A_token_tells_how_likely_the_draw_was() =>
        Gen.Select(Gen.Float[-5, 5].Array[1, 50], Gen.Double[0.1, 1], Gen.Double[0.3, 3]).Sample((logits, p, temperature) =>
        {
            var draw = new TokenDraw(logits.Length);
            var token = draw.Next(logits, Requests.Drawn([0], 1, 0) with { Temperature = temperature, TopP = p }, new RandomStream(1, 1));
            Assert.Equal(Math.Log(draw.Probabilities(logits, temperature, p)[token.Id]), token.DrawnLogProb, 1e-5);
            Assert.Equal(0, draw.Next(logits, Requests.Greedy([0], 1), new RandomStream(1, 1)).DrawnLogProb);
            token = draw.Next(logits, Requests.Drawn([0], 1, 0), new RandomStream(1, 1));
            Assert.Equal(token.LogProb, token.DrawnLogProb);
        });

    [Fact]
    public void The_lowest_id_wins_a_tie_at_temperature_0()
    {
        var token = new TokenDraw(4).Next([1, 3, 2, 3], Requests.Greedy([0], 1) with { TopLogProbs = 3 }, new RandomStream(1, 1));
        Assert.Equal(1, token.Id);
        Assert.Equal([1, 3, 2], token.Top.Select(top => top.Id));
        // e^3 of e + 2 e^3 + e^2.
        Assert.Equal(Math.Log(1 / (2 + Math.Exp(-1) + Math.Exp(-2))), token.LogProb, 1e-6);
    }

    [Fact]
    public void A_token_that_cannot_be_is_never_drawn()
    {
        // One token in four can be drawn, in every block of a vocabulary that is no multiple of a block.
        var logits = Enumerable.Range(0, 1111).Select(id => id % 4 == 3 ? 0f : float.NegativeInfinity).ToArray();
        var draw = new TokenDraw(logits.Length);
        var request = Requests.Drawn([0], 1, 0);
        var random = new RandomStream(1, 1);
        var drawn = Enumerable.Range(0, 5000).Select(_ => draw.Next(logits, request, random).Id).ToHashSet();
        Assert.All(drawn, id => Assert.Equal(3, id % 4));
        Assert.True(drawn.Contains(3) && drawn.Contains(1107) && drawn.Count > 270, $"{drawn.Count} of 277 tokens were drawn in 5000");
    }
}
