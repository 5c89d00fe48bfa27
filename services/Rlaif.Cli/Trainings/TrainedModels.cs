using Rlaif.Learning.Models;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Cli.Trainings;

/// <summary>The models that a training names, looked at before anything is started.</summary>
/// <param name="Chat">Of the model that is trained.</param>
/// <param name="Config">The same.</param>
internal sealed record TrainedModels(ChatFormat Chat, ModelConfig Config)
{
    /// <exception cref="InputException">One of them is missing, of the wrong kind, or has another tokenizer.</exception>
    public static TrainedModels Read(TrainRequest request)
    {
        var continues = ModelFolder.IsRewardModel(request.Model);
        if (continues && !request.IsRewardModel)
        {
            throw new InputException($"{request.Model} is a reward model, which answers nothing; {request.Training.Algorithm} trains a policy.");
        }

        var chat = ChatFormat.Read(request.Model);
        var config = continues ? ModelFolder.ReadRewardModelConfig(request.Model) : ModelFolder.ReadConfig(request.Model);
        if (chat.Tokenizer.Size > config.Vocabulary)
        {
            throw new InputException(
                $"{request.Model} has a tokenizer of {chat.Tokenizer.Size} ids on a model of {config.Vocabulary}; the two do not belong together.");
        }

        if (request.Reference is { } reference)
        {
            CheckReference(reference, request.Model, chat.Tokenizer);
        }

        FileRewards.Check(request);
        if (request.RewardModel is { } rewards)
        {
            CheckRewardModel(rewards);
            CheckTokenizer("reward model", rewards, request.Model, chat.Tokenizer);
        }

        if (request.MaxTokens > config.MaxPositions)
        {
            throw new InputException($"--max-tokens is {request.MaxTokens}; {request.Model} has {config.MaxPositions} positions.");
        }

        return new(chat, config);
    }

    /// <exception cref="InputException">It is a policy, or nothing.</exception>
    public static void CheckRewardModel(string path)
    {
        if (!ModelFolder.IsRewardModel(path))
        {
            // Says what is missing when it is no model at all.
            _ = ModelFolder.ReadConfig(path);
            throw new InputException($"{path} is a policy and gives no rewards; name a reward model, as rlaif train reward makes one from pairs.");
        }
    }

    private static void CheckReference(string reference, string model, Tokenizer tokenizer)
    {
        if (ModelFolder.IsRewardModel(reference))
        {
            throw new InputException($"The reference {reference} is a reward model; name a policy.");
        }

        _ = ModelFolder.ReadConfig(reference);
        CheckTokenizer("reference", reference, model, tokenizer);
    }

    private static void CheckTokenizer(string role, string path, string model, Tokenizer tokenizer)
    {
        if (!Tokenizer.Read(path).Matches(tokenizer))
        {
            throw new InputException($"The {role} {path} has another tokenizer than {model}: the same ids are other texts there; take one that was made from the same model.");
        }
    }
}
