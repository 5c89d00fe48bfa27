namespace Rlaif.Storage;

/// <summary>Text as every database takes it.</summary>
public static class StoredText
{
    /// <summary>PostgreSQL refuses U+0000; a model may write it, and so may whoever reports what a model wrote.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace('\0', '\uFFFD');
    }
}
