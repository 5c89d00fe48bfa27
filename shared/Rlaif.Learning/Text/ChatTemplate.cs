using Rlaif.Learning.Jinja;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">What the template knows: usually <c>system</c>, <c>user</c>, <c>assistant</c>.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>A model's chat template: the subset of Jinja that such templates use, with the results of transformers.</summary>
/// <remarks>Templates come with models, from strangers: a template sees its variables and nothing else, changes nothing, and has bounds on
/// work, memory and depth. Source: transformers' <c>chat_template_utils</c> (trim_blocks, lstrip_blocks, loop controls, Python's printing).</remarks>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> statements;
    private readonly string origin;

    private ChatTemplate(string source, string origin, IReadOnlyList<Statement> statements)
    {
        Source = source;
        this.origin = origin;
        this.statements = statements;
    }

    /// <summary>The text of the template.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="origin">Where it comes from, for messages: a file.</param>
    /// <exception cref="InputException">It is malformed; the message names the line.</exception>
    public static ChatTemplate Parse(string source, string origin)
    {
        try
        {
            return new(source, origin, StatementParser.Parse(source));
        }
        catch (JinjaError error)
        {
            throw new InputException($"The chat template of {origin} is malformed in line {error.Line}: {error.Message}", error);
        }
    }

    /// <summary>The text that a conversation becomes.</summary>
    /// <param name="messages">At least one.</param>
    /// <param name="addGenerationPrompt">Whether the assistant's next turn is opened.</param>
    /// <param name="variables">More variables: the special tokens (<c>bos_token</c>, <c>eos_token</c>), and what the template knows beyond.</param>
    /// <exception cref="InputException">There is no message, the template refuses these, or it cannot render them.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?> variables)
    {
        if (messages.Count == 0)
        {
            throw new InputException($"The chat template of {origin} was given an empty conversation; it needs at least one message.");
        }

        return Render(new Dictionary<string, object?>(variables, StringComparer.Ordinal)
        {
            ["messages"] = messages.Select(m => new OrderedDictionary<string, object?> { ["role"] = m.Role, ["content"] = m.Content }),
            ["tools"] = null,
            ["documents"] = null,
            ["add_generation_prompt"] = addGenerationPrompt,
        });
    }

    /// <summary>The text that the template becomes.</summary>
    /// <param name="variables">Texts, bools, int, long, double, <see cref="System.Text.Json.JsonElement"/>, lists and dictionaries of these.</param>
    /// <param name="clock">What <c>strftime_now</c> reads. Null: the function is not defined, and templates that look for it
    /// (Llama 3.2) take the date they carry: the same conversation is the same text on every day.</param>
    /// <exception cref="InputException">As above.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables, TimeProvider? clock = null)
    {
        var scope = new Scope(Globals.Of(clock));
        foreach (var (name, value) in variables)
        {
            scope[name] = HostValue.Of(value);
        }

        try
        {
            return Interpreter.Render(statements, scope);
        }
        catch (JinjaError error)
        {
            throw new InputException(
                error.IsRaised
                    ? $"The chat template of {origin} refuses this conversation: {error.Message}"
                    : $"The chat template of {origin} cannot render this conversation (line {error.Line}): {error.Message}",
                error);
        }
    }
}
