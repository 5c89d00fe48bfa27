using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>A character that appears nowhere else, put inside whatever spells a special token in a message. The template sees the message
/// otherwise unchanged, the tokenizer finds no special token there, and takes the character out again.</summary>
internal sealed class ChatShield
{
    private readonly IReadOnlyList<string> specials;
    private readonly string mark;

    private ChatShield(char character, IReadOnlyList<string> specials)
    {
        Character = character;
        mark = character.ToString();
        this.specials = specials;
    }

    public char Character { get; }

    /// <summary>With a character of the private use area that is in none of these texts and in no special token.</summary>
    public static ChatShield For(Tokenizer tokenizer, IReadOnlyList<string> texts)
    {
        var used = texts.Concat(tokenizer.SpecialTexts).SelectMany(text => text).Where(c => c is >= '\ue000' and <= '\uf8ff').ToHashSet();
        for (var character = '\ue000'; character <= '\uf8ff'; character++)
        {
            if (!used.Contains(character))
            {
                return new(character, tokenizer.SpecialTexts);
            }
        }

        throw new InputException("A conversation uses every character of Unicode's private use area (U+E000 to U+F8FF); take one of them out.");
    }

    public ChatMessage Over(ChatMessage message) => new(Inside(message.Role), AtEnds(Inside(message.Content)));

    // The loop is for tokens that overlap themselves: aa in aaa.
    private string Inside(string text)
    {
        foreach (var special in specials)
        {
            while (text.Contains(special, StringComparison.Ordinal))
            {
                text = special.Length > 1 ? text.Replace(special, special.Insert(1, mark), StringComparison.Ordinal) : throw new InputException(
                    $"A message holds {special}, which is a special token of this model's tokenizer; a single character cannot be told from it.");
            }
        }

        return text;
    }

    // A message must not complete what the template begins, nor the other way round; also when the template trims it.
    private string AtEnds(string text)
    {
        var (begin, end) = (text.Length - text.TrimStart().Length, text.TrimEnd().Length);
        if (begin >= end)
        {
            return text;
        }

        var said = text[begin..end];
        bool Any(Func<string, int, bool> meets) => specials.Any(special => Enumerable.Range(1, special.Length - 1).Any(i => meets(special, i)));
        var closes = Any((special, i) => said.StartsWith(special[i..], StringComparison.Ordinal));
        var opens = Any((special, i) => said.EndsWith(special[..i], StringComparison.Ordinal));
        return text[..begin] + (closes ? mark : "") + said + (opens ? mark : "") + text[end..];
    }
}
