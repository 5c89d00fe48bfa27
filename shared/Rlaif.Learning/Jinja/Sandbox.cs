namespace Rlaif.Learning.Jinja;

/// <summary>Bounds what one rendering may cost: templates come with models, from strangers. The unit is a character that is made or
/// searched.</summary>
internal sealed class Sandbox
{
    /// <summary>An evaluated node or a list item, in characters.</summary>
    public const int Item = 16;

    // 4 million nodes, or 128 MB of text; a long conversation needs a thousandth.
    private const long MaxCost = 1 << 26;

    // Nested expressions, blocks and macro calls: about 200 bytes of stack for each of their few frames.
    private const int MaxDepth = 500;

    private long left = MaxCost;
    private int depth;

    public void Spend(long cost)
    {
        left -= cost;
        if (left < 0)
        {
            throw new JinjaError("it asks for more work than a chat template may");
        }
    }

    /// <summary>For work that grows with the product of two sizes; to be called before it is done.</summary>
    public void Spend(long count, long each) => Spend(count <= 0 || each <= 0 ? 0 : count > MaxCost / each ? MaxCost + 1 : count * each);

    public string Made(string text)
    {
        Spend(text.Length);
        return text;
    }

    public List<object?> Made(List<object?> items)
    {
        Spend(items.Count, Item);
        return items;
    }

    public void Enter()
    {
        Spend(Item);
        if (++depth > MaxDepth)
        {
            throw new JinjaError("it is nested deeper than a chat template may be");
        }
    }

    public void Leave() => depth--;
}
