namespace Rlaif.Recipes;

/// <summary>What a user gave cannot be used. The message is all that the user sees: one clear sentence that names the thing,
/// what was found and what to do. The command line exits with 2, HTTP answers 400, a message is parked.</summary>
public class InputException : Exception
{
    /// <summary>With the sentence that the user reads.</summary>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence that the user reads, and what caused it (for the log).</summary>
    public InputException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
