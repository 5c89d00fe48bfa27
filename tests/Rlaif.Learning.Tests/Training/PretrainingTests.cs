using System.Security.Cryptography;
using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Training;

public sealed class PretrainingTests : IDisposable
{
    private static readonly string[] Things = ["grass", "snow", "coal", "the sky", "a lemon", "a brick"];
    private static readonly string[] Colours = ["green", "white", "black", "blue", "yellow", "red"];

    private static readonly PretrainRecipe Short = new()
    {
        Name = "short", Corpus = "nowhere/colours.cs", Seed = 4, Threads = 1, Vocabulary = 320, HiddenSize = 32, Layers = 2, Heads = 2,
        KeyValueHeads = 1, FeedForward = 64, MaxPositions = 96, BatchTokens = 600, Steps = 60, WarmupSteps = 5, LearningRate = 1e-2, Device = TestDevice.Name,
    };

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif").FullName;

    private string Corpus => Path.Combine(folder, "corpus.jsonl");

    [Fact]
    public Task The_same_recipe_and_corpus_give_the_same_bytes() => OnTorch(() =>
    {
        WriteCorpus(300);
        var (one, two) = (Path.Combine(folder, "one"), Path.Combine(folder, "two"));
        var metrics = Pretraining.Run(Short, Corpus, one, (_, _) => { }, CancellationToken.None);
        Pretraining.Run(Short, Corpus, two, (_, _) => { }, CancellationToken.None);
        string[] names = [.. Directory.EnumerateFiles(one).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["config.json", "generation_config.json", "manifest.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"], names);
        Assert.All(names, name => Assert.Equal(Sha256(Path.Combine(one, name)), Sha256(Path.Combine(two, name))));

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(one, "manifest.json")));
        var hashes = manifest.RootElement.GetProperty("sha256").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString());
        Assert.Equal(names.Where(n => n != "manifest.json"), hashes.Keys.Order(StringComparer.Ordinal));
        Assert.All(hashes, hash => Assert.Equal(Sha256(Path.Combine(one, hash.Key)), hash.Value));
        Assert.Equal(Sha256(Corpus), manifest.RootElement.GetProperty("corpusSha256").GetString());
        Assert.DoesNotContain(folder, File.ReadAllText(Path.Combine(one, "manifest.json")));
        Assert.True(metrics.Last(m => m.Name == "sft/loss_nats_per_token").Value < 0.3 * metrics[0].Value, "it did not learn");
    });

    [Fact]
    public Task What_it_makes_answers_in_its_own_chat_format() => OnTorch(() =>
    {
        WriteCorpus(300);
        var model = Path.Combine(folder, "model");
        Pretraining.Run(Short with { Steps = 120 }, Corpus, model, (_, _) => { }, CancellationToken.None);
        var chat = ChatFormat.Read(model);
        using var policy = ModelFolder.ReadModel(model, trainable: false);
        var prompt = chat.Prompt([new("user", "What colour is snow?")]);
        var request = new SamplingRequest(prompt, Temperature: 0, TopP: 1, MaxNewTokens: 20, Seed: 1, Stream: 0, chat.EndIds);
        var response = Sampler.Sample(policy, [request])[0];
        Assert.True(response.Ended);
        Assert.Equal("It is white.", chat.Text([.. response.Tokens.Select(t => t.Id)]));
    });

    [Fact]
    public void Asked_for_is_what_the_assistant_says_and_its_end()
    {
        var chat = ChatFormat.Create(BpeTraining.Train(["What is it?", "It is red.", "revise", "Red."], 300, Pretraining.Specials),
            Pretraining.Template, "<|begin|>", "<|end|>", "<|pad|>");
        var (ids, asked) = Pretraining.Sequence(chat,
            [new("user", "What is <|end|> it?"), new("assistant", "It is red."), new("user", "revise"), new("assistant", "Red.")]);
        Assert.Equal("<|begin|><|user|> What is <|end|> it?<|assistant|> It is red.<|end|><|user|> revise<|assistant|> Red.<|end|>",
            chat.Tokenizer.Decode(ids, skipSpecials: false));
        Assert.Equal(" It is red.<|end|> Red.<|end|>", chat.Tokenizer.Decode([.. ids.Where((_, t) => asked[t])], skipSpecials: false));
        // The user's <|end|> is text, the template's are tokens.
        Assert.Equal(2, ids.Count(id => id == chat.EndIds[0]));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hello"}]}""", "is no dialogue that ends with the assistant.")]
    [InlineData("""{"turns":[]}""", "is no dialogue (")]
    [InlineData("Hello", "is no dialogue (")]
    public Task A_malformed_line_of_the_corpus_is_named(string line, string expected) => OnTorch(() =>
    {
        WriteCorpus(1);
        File.AppendAllText(Corpus, line + "\n");
        var error = Assert.Throws<InputException>(() => Pretraining.Run(Short, Corpus, folder, (_, _) => { }, CancellationToken.None));
        Assert.StartsWith($"{Corpus}, line 2 {expected}", error.Message);
    });

    [Theory]
    [InlineData(0, 96)]
    [InlineData(3, 8)]
    public Task A_corpus_of_which_nothing_fits_is_refused_and_not_searched_for_ever(int documents, int positions) => OnTorch(() =>
    {
        WriteCorpus(documents);
        var error = Assert.Throws<InputException>(
            () => Pretraining.Run(Short with { MaxPositions = positions }, Corpus, folder, (_, _) => { }, CancellationToken.None));
        Assert.Contains($"has {documents} dialogues and none of at most {positions} tokens", error.Message, StringComparison.Ordinal);
    });

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Task OnTorch(Action test) => TorchThread.Run(test, TestContext.Current.CancellationToken);

    private void WriteCorpus(int documents) =>
        File.WriteAllLines(Corpus, Enumerable.Range(0, documents).Select(i => JsonSerializer.Serialize(new
        {
            messages = new[]
            {
                new { role = "user", content = $"What colour is {Things[i % 6]}?" },
                new { role = "assistant", content = $"It is {Colours[i % 6]}." },
            },
        })));

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
