using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>Makes a small policy from nothing: a tokenizer of the corpus, and a Llama trained on what the assistant says in it.</summary>
public static class Pretraining
{
    internal static readonly string[] Specials = ["<|pad|>", "<|begin|>", "<|user|>", "<|assistant|>", "<|end|>"];

    internal const string Template =
        "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}<|assistant|>{{ message['content'] }}<|end|>" +
        "{% else %}<|user|>{{ message['content'] }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    // Documents that are sorted by length together: wide enough for full batches of one length, narrow enough for a fair draw.
    private const int Chunk = 2048;

    /// <summary>Trains on the torch thread and writes a model folder with its manifest. The same recipe and corpus give the same bytes.</summary>
    /// <param name="recipe">Shape, steps and seed.</param>
    /// <param name="corpusFile">Dialogues as JSON lines, <c>{"messages":[{"role","content"}, ..]}</c>, each ending with the assistant.</param>
    /// <param name="outFolder">Is made when it is not there.</param>
    /// <param name="progress">Called after every step.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="InputException">The corpus is malformed or holds nothing that fits, or the training diverged.</exception>
    public static IReadOnlyList<TrainingMetric> Run(
        PretrainRecipe recipe, string corpusFile, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        TorchRuntime.Use(Numerics.Of(recipe));
        var dialogues = File.ReadLines(corpusFile).Select((line, i) => Dialogue(line, $"{corpusFile}, line {i + 1}")).ToList();
        var tokenizer = BpeTraining.Train(dialogues.SelectMany(turns => turns.Select(turn => turn.Content)), recipe.Vocabulary, Specials);
        var chat = ChatFormat.Create(tokenizer, Template, "<|begin|>", "<|end|>", "<|pad|>");
        TokenSequence[] sequences = [.. dialogues.Select(turns => Sequence(chat, turns)).Where(one => one.Ids.Length <= recipe.MaxPositions)];
        if (sequences is [])
        {
            throw new InputException(
                $"{corpusFile} has {dialogues.Count} dialogues and none of at most {recipe.MaxPositions} tokens; " +
                "raise maxPositions or write shorter dialogues.");
        }

        using var objective = new SftObjective(LanguageModel.Create(Shape(recipe, chat), (ulong)recipe.Seed, trainable: true), sequences);
        var metrics = TrainingLoop.Run(objective, Plan(recipe, objective.Lengths), checkpoints: null, progress, cancel);
        Directory.CreateDirectory(outFolder);
        objective.Write(outFolder);
        chat.Write(outFolder);
        PretrainManifest.Write(outFolder, recipe, corpusFile, metrics);
        return metrics;
    }

    private static ModelConfig Shape(PretrainRecipe recipe, ChatFormat chat) => new()
    {
        Architecture = "llama",
        HiddenSize = recipe.HiddenSize,
        Layers = recipe.Layers,
        Heads = recipe.Heads,
        KeyValueHeads = recipe.KeyValueHeads,
        HeadDim = recipe.HiddenSize / recipe.Heads,
        FeedForward = recipe.FeedForward,
        Vocabulary = chat.Tokenizer.Size,
        MaxPositions = recipe.MaxPositions,
        TiedEmbeddings = true,
        BosTokenId = chat.Tokenizer.IdOf("<|begin|>"),
        EosTokenIds = chat.EndIds,
        PadTokenId = chat.PadId,
    };

    private static TrainingPlan Plan(PretrainRecipe recipe, IReadOnlyList<int> lengths)
    {
        var batches = new List<int[]>();
        for (var epoch = 0; batches.Count < recipe.Steps; epoch++)
        {
            batches.AddRange(BatchOrder.Epoch(lengths, recipe.BatchTokens, Chunk, (ulong)recipe.Seed, epoch).Take(recipe.Steps - batches.Count));
        }

        var schedule = new LearningRateSchedule(recipe.LearningRate, ScheduleKind.Cosine, recipe.WarmupSteps, recipe.Steps, recipe.Floor);
        return new(batches, MicroBatch: 0, schedule, new(Beta2: recipe.Beta2, WeightDecay: recipe.WeightDecay), MaxGradientNorm: 1);
    }

    // What the assistant says, with its end token, follows the prompt that it is sampled after: training and sampling see the same ids.
    internal static TokenSequence Sequence(ChatFormat chat, IReadOnlyList<ChatMessage> turns)
    {
        List<int> ids = [];
        List<bool> asked = [];
        for (var turn = 1; turn < turns.Count; turn += 2)
        {
            var prompt = chat.Prompt([.. turns.Take(turn)]);
            int[] said = [.. chat.Tokenizer.Encode(turns[turn].Content), chat.EndIds[0]];
            asked.AddRange(Enumerable.Repeat(false, prompt.Length - ids.Count));
            ids.AddRange(prompt.Skip(ids.Count));
            asked.AddRange(Enumerable.Repeat(true, said.Length));
            ids.AddRange(said);
        }

        return new([.. ids], [.. asked]);
    }

    private static ChatMessage[] Dialogue(string line, string where)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            ChatMessage[] turns = [.. json.RootElement.GetProperty("messages").EnumerateArray()
                .Select(turn => new ChatMessage(turn.GetProperty("role").GetString()!, turn.GetProperty("content").GetString()!))];
            return turns.Length > 0 && turns.Length % 2 == 0 ? turns : throw new InputException($"{where} is no dialogue that ends with the assistant.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException($"{where} is no dialogue ({error.Message.TrimEnd('.')}); run the data script again.", error);
        }
    }
}
