using Rlaif.Contracts;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Models;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Cli.Trainings;

/// <summary>Rows as a model reads them: prompts through its chat template with the assistant's turn opened, answers as plain text behind it with the
/// token that ends a turn, as the same policy samples them.</summary>
/// <param name="chat">Of the model.</param>
/// <param name="config">Of the model.</param>
/// <param name="longest">Most tokens of a prompt with its answer.</param>
internal sealed class RowTokens(ChatFormat chat, ModelConfig config, int longest)
{
    /// <exception cref="UnusableRowException">It is too long, or no tokens.</exception>
    /// <exception cref="FormatException">It holds an id that the model does not have.</exception>
    public TrainingExample Example(DatasetItem item)
    {
        if (item is AnswerItem answer)
        {
            var prompt = Prompt(answer.Prompt);
            return new(prompt, Fitting(prompt, Answer(answer.Answer)));
        }

        // Nothing predicts the first token, so it stands as the prompt of the others.
        int[] ids = [.. chat.Tokenizer.Encode(((TextItem)item).Text), .. End];
        return ids.Length < 2 ? throw new UnusableRowException("its text is a single token") : new([ids[0]], Fitting([ids[0]], ids[1..]));
    }

    /// <inheritdoc cref="Example"/>
    public TrainingPair Pair(DatasetItem item)
    {
        var pair = (PairItem)item;
        var prompt = Prompt(pair.Prompt);
        var (chosen, rejected) = (Fitting(prompt, Answer(pair.Chosen)), Fitting(prompt, Answer(pair.Rejected)));
        return chosen.AsSpan().SequenceEqual(rejected) ? throw new UnusableRowException("both answers are the same") : new(prompt, chosen, rejected, pair.Preference) { Tie = pair.Tie, Principles = pair.Principles };
    }

    /// <summary>A pair is two of them.</summary>
    /// <inheritdoc cref="Example"/>
    public IReadOnlyList<JudgedExample> Judged(DatasetItem item)
    {
        if (item is not JudgedItem judged)
        {
            return Pair(item).Sides;
        }

        var prompt = Prompt(judged.Prompt);
        return [new(prompt, Fitting(prompt, Answer(judged.Answer)), judged.Desirable)];
    }

    /// <param name="item">A prompt.</param>
    /// <param name="room">Tokens that an answer may take behind it.</param>
    /// <inheritdoc cref="Example"/>
    public int[] Prompt(DatasetItem item, int room)
    {
        var prompt = Prompt(((PromptItem)item).Prompt);
        return prompt.Length + room <= longest ? prompt
            : throw new UnusableRowException($"its prompt leaves an answer fewer than maxNewTokens {room} of {longest} tokens");
    }

    private int[] End => chat.AnswerEnd is { } end ? [end] : [];

    private int[] Prompt(DatasetPrompt prompt)
    {
        if (prompt.Ids is { } ids)
        {
            return Known(ids);
        }

        try
        {
            return chat.Prompt([.. prompt.Turns.Select(Message)]);
        }
        catch (InputException)
        {
            // Its own words would be a reason of their own for each row.
            throw new UnusableRowException("the model's chat template refuses its dialogue");
        }
    }

    private int[] Answer(DatasetAnswer answer) => answer.Ids is { } ids ? Known(ids) : [.. chat.Tokenizer.Encode(answer.Text), .. End];

    private int[] Fitting(int[] prompt, int[] answer) =>
        prompt.Length + answer.Length <= longest ? answer : throw new UnusableRowException($"prompt and answer have more than {longest} tokens");

    private int[] Known(int[] ids) => Array.Find(ids, id => id >= config.Vocabulary) is var unknown and > 0
        ? throw new FormatException($"it has the token id {unknown}; the model's ids are 0 to {config.Vocabulary - 1}.") : ids;

    private static ChatMessage Message(Turn turn) => new(turn.Role, turn.Content);
}
