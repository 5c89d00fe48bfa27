namespace Rlaif.Recipes;

/// <summary>What a user named is not there. HTTP answers 404.</summary>
public sealed class MissingException(string message) : InputException(message);
