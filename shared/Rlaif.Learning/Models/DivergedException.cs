using Rlaif.Recipes;

namespace Rlaif.Learning.Models;

/// <summary>Weights, or what was computed with them, are of no use any more. Who has earlier ones can go back.</summary>
internal sealed class DivergedException(string message) : InputException(message);
