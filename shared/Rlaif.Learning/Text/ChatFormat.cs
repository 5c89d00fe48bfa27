using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>How a model is talked to: its tokenizer, its chat template, and the tokens that end a response.</summary>
/// <remarks>Messages are untrusted. Whatever they spell, only the template puts special tokens into a prompt. Safe on several threads at
/// once.</remarks>
public sealed class ChatFormat
{
    private readonly ChatTemplate template;
    private readonly ChatSource source;
    private readonly Dictionary<string, object?> variables = new(StringComparer.Ordinal);

    private ChatFormat(Tokenizer tokenizer, ChatSource source)
    {
        Tokenizer = tokenizer;
        this.source = source;
        template = ChatTemplate.Parse(source.Template, source.Origin);
        foreach (var (name, text) in source.Tokens)
        {
            variables[name] = text;
        }

        var (eos, endOfTurn) = (IdOf("eos_token"), EndOfTurn());
        EndIds = [.. source.EndIds.Concat(new[] { eos, endOfTurn }.OfType<int>()).Distinct()];
        AnswerEnd = endOfTurn ?? eos ?? (EndIds is [var first, ..] ? first : null);
        PadId = IdOf("pad_token") ?? eos ?? (EndIds is [var end, ..] ? end : 0);
    }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Each of these ends a response: what config.json and generation_config.json name, the tokenizer's eos token, and the
    /// special token with which the template ends an assistant's turn.</summary>
    public IReadOnlyList<int> EndIds { get; }

    /// <summary>The token that a policy learns to end its answer with: the one that the template writes there, else the eos token, else any that ends a
    /// response; null: the model has none.</summary>
    public int? AnswerEnd { get; }

    /// <summary>Fills a batch: the pad token, else the eos token, else 0.</summary>
    public int PadId { get; }

    /// <summary>Names of the files that <see cref="Write"/> writes.</summary>
    public static IReadOnlyList<string> Files { get; } = [Tokenizer.FileName, ChatFiles.TokenizerConfig, ChatFiles.GenerationConfig];

    /// <summary>Reads it from a model.</summary>
    /// <param name="model">A Hugging Face folder (chat_template.jinja, else tokenizer_config.json), or a GGUF file.</param>
    /// <exception cref="InputException">The model has no chat template, or something is missing or malformed.</exception>
    public static ChatFormat Read(string model)
    {
        if (!GgufFile.Names(model))
        {
            return new(Tokenizer.Read(model), ChatFiles.ReadFolder(model));
        }

        var file = GgufFile.Open(model);
        var tokenizer = Tokenizer.Of(file);
        return new(tokenizer, ChatFiles.ReadGguf(file, tokenizer));
    }

    /// <summary>Makes one for a tokenizer that was trained here.</summary>
    /// <param name="tokenizer">It has the special tokens that the template writes.</param>
    /// <param name="templateSource">Jinja.</param>
    /// <param name="bos">Text of the token that begins a prompt, for the template's <c>bos_token</c>.</param>
    /// <param name="eos">Text of the token that ends a response.</param>
    /// <param name="pad">Text of the token that fills a batch.</param>
    /// <exception cref="InputException">The template is malformed, or the tokenizer lacks one of the tokens.</exception>
    public static ChatFormat Create(Tokenizer tokenizer, string templateSource, string? bos, string? eos, string? pad) =>
        new(tokenizer, new(templateSource, "the new tokenizer", ChatSource.TokensOf(bos, eos, pad), []));

    /// <summary>Token ids of a conversation with the assistant's next turn opened.</summary>
    /// <exception cref="InputException">The template refuses these messages.</exception>
    public int[] Prompt(IReadOnlyList<ChatMessage> messages)
    {
        var shield = ChatShield.For(Tokenizer, [source.Template, .. messages.Select(m => m.Role), .. messages.Select(m => m.Content)]);
        var rendered = template.Render([.. messages.Select(shield.Over)], addGenerationPrompt: true, variables);
        return Tokenizer.EncodeTemplate(rendered, shield.Character);
    }

    /// <summary>What a response says: without special tokens, trimmed.</summary>
    public string Text(IReadOnlyList<int> responseIds) => Tokenizer.Decode(responseIds).Trim();

    /// <summary>Writes tokenizer.json, tokenizer_config.json with the template, and generation_config.json into a folder that exists, as
    /// transformers reads them. The same format gives the same bytes.</summary>
    public void Write(string folder)
    {
        Tokenizer.Write(folder);
        ChatFiles.Write(folder, source, EndIds, IdOf("bos_token"), PadId);
    }

    private int? IdOf(string name) => !source.Tokens.TryGetValue(name, out var text) ? null
        : Tokenizer.IdOf(text)
            ?? throw new InputException($"{source.Origin} goes with the {name} {text}, which its tokenizer does not have; fetch the model again.");

    // The special token right behind what the assistant said.
    private int? EndOfTurn()
    {
        const string said = "\ue000";
        string text;
        try
        {
            text = template.Render([new("user", "?"), new("assistant", said)], addGenerationPrompt: false, variables);
        }
        catch (InputException)
        {
            return null;
        }

        var behind = text[(text.LastIndexOf(said, StringComparison.Ordinal) + 1)..].TrimStart();
        var token = Tokenizer.SpecialTexts.Where(special => behind.StartsWith(special, StringComparison.Ordinal)).MaxBy(special => special.Length);
        return token is null ? null : Tokenizer.IdOf(token);
    }
}
