using System.Text;
using Rlaif.Cli.Looking;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Json = Rlaif.Storage.Json;

namespace Rlaif.Cli.Trainings;

/// <summary>What a policy answered before and after its training, greedily.</summary>
internal sealed record AnswerSample(string Prompt, string Before, string After);

/// <summary>Answers to the first prompts of a training's rows, the held-out ones where there are any, by the model that it starts from and by the one that it made.
/// To be called on the torch thread.</summary>
internal static class AnswerSamples
{
    private const int UsualTokens = 64;

    public static IReadOnlyList<AnswerSample> Of(TrainRequest request, TrainedModels models, string rows, string trained, CancellationToken cancel)
    {
        var longest = request.Training.Settings is OnlineRecipe online ? online.MaxNewTokens : UsualTokens;
        var prompts = TrainingData.ReadPrompts(rows, models.Config).DistinctBy(ids => string.Join(' ', ids), StringComparer.Ordinal).Take(request.Samples).ToList();
        string[] Answers(string path)
        {
            using var model = ModelFolder.ReadModel(path, trainable: false);
            var answers = Sampler.Sample(model, [.. prompts.Select(ids => new SamplingRequest(ids, Temperature: 0, TopP: 1, longest, Seed: 0, Stream: 0, models.Chat.EndIds))], cancel: cancel);
            return [.. answers.Select(answer => models.Chat.Text([.. answer.Tokens.Select(token => token.Id)]))];
        }

        return [.. prompts.Zip(Answers(request.Model), Answers(trained)).Select(one => new AnswerSample(models.Chat.Text(one.First), one.Second, one.Third))];
    }

    public static void Write(string path, IReadOnlyList<AnswerSample> samples) =>
        DurableFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(string.Concat(samples.Select(sample => Json.Of(sample) + "\n")))));

    /// <summary>For the card. They are a model's words, or anybody's: in a fence that they cannot end.</summary>
    public static string Of(IReadOnlyList<AnswerSample> samples)
    {
        var text = new StringBuilder("\n## Answers before and after\n\nGreedy; `samples.jsonl` has them whole.\n");
        static string Line(string said) => TerminalText.Line(said, 600).Replace("```", "'''", StringComparison.Ordinal);
        foreach (var sample in samples)
        {
            text.Append("\n```text\nprompt: ").Append(Line(sample.Prompt)).Append("\nbefore: ").Append(Line(sample.Before)).Append("\nafter:  ").Append(Line(sample.After)).Append("\n```\n");
        }

        return text.ToString();
    }
}
