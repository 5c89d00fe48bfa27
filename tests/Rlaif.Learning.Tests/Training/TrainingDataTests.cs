using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Training;

public sealed class TrainingDataTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif").FullName;

    private string Data => Path.Combine(folder, "data.jsonl");

    [Fact]
    public void What_is_written_reads_back()
    {
        TrainingPair[] pairs = [new([1, 2], [3, 4], [5], 0.8), new([6], [7], [8, 9], 1.0 / 3)];
        TrainingData.Write(Data, pairs);
        Assert.Equal("""{"prompt":[1,2],"chosen":[3,4],"rejected":[5],"preference":0.8}""", File.ReadLines(Data).First());
        Assert.Equivalent(pairs, TrainingData.ReadPairs(Data, TinyTraining.Config), strict: true);

        TrainingExample[] examples = [new([1, 2], [3]), new([4], [5, 6])];
        TrainingData.Write(Data, examples);
        Assert.Equivalent(examples, TrainingData.ReadExamples(Data, TinyTraining.Config), strict: true);
    }

    [Theory]
    [InlineData("""{"prompt":[1],"chosen":[2],"rejected":[3],"preference":1.5}""", "has no preference from 0 to 1")]
    [InlineData("""{"prompt":[1],"chosen":[2],"rejected":[3]}""", "has no preference from 0 to 1")]
    [InlineData("""{"prompt":[1],"chosen":[],"rejected":[3],"preference":1}""", "has no chosen, a list of at least one token id")]
    [InlineData("""{"prompt":[],"chosen":[2],"rejected":[3],"preference":1}""", "has no prompt, a list of at least one token id")]
    [InlineData("""{"prompt":"one","chosen":[2],"rejected":[3],"preference":1}""", "has no prompt, a list of at least one token id")]
    [InlineData("""{"prompt":[1],"chosen":[48],"rejected":[3],"preference":1}""", "has the token id 48 in chosen; the model's ids are 0 to 47")]
    [InlineData("""{"prompt":[1],"chosen":[2.5],"rejected":[3],"preference":1}""", "has the token id 2.5 in chosen; the model's ids are 0 to 47")]
    [InlineData("""{"prompt":[1],"chosen":[2]""", "is not JSON (byte 27); training data is one JSON object a line")]
    [InlineData("[1]", "is not a JSON object")]
    public void A_malformed_line_is_named(string line, string expected)
    {
        File.WriteAllText(Data, """{"prompt":[1],"chosen":[2],"rejected":[3],"preference":1}""" + "\n" + line + "\n");
        var error = Assert.Throws<InputException>(() => TrainingData.ReadPairs(Data, TinyTraining.Config));
        Assert.Equal($"{Data}, line 2 {expected}.", error.Message);
    }

    [Fact]
    public void A_text_longer_than_the_model_is_named()
    {
        TrainingData.Write(Data, [new TrainingExample([.. Enumerable.Repeat(1, 40)], [.. Enumerable.Repeat(2, 25)])]);
        Assert.Equal($"{Data}, line 1 has a text of 65 tokens, the model has 64 positions; leave it out or shorten it.",
            Assert.Throws<InputException>(() => TrainingData.ReadExamples(Data, TinyTraining.Config)).Message);
    }

    [Fact]
    public void Missing_and_empty_files_are_named()
    {
        Assert.Equal($"The training data {Data} is missing.",
            Assert.Throws<InputException>(() => TrainingData.ReadPairs(Data, TinyTraining.Config)).Message);
        File.WriteAllText(Data, "\n");
        Assert.Equal($"{Data} has no lines; there is nothing to train on.",
            Assert.Throws<InputException>(() => TrainingData.ReadPairs(Data, TinyTraining.Config)).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
