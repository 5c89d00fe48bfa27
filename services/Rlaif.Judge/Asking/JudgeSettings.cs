using Rlaif.Recipes;

namespace Rlaif.Judge.Asking;

/// <summary>One judge: a model at an endpoint, and how it is asked.</summary>
/// <param name="Endpoint">Address up to and including /v1.</param>
/// <param name="Model">The model's name there.</param>
/// <param name="Labeler">The judge's name in votes and tables.</param>
/// <param name="Pointwise">Yes or no for each response alone; false: which of two, in both orders.</param>
/// <param name="Parallel">Calls at once.</param>
/// <param name="Timeout">After this a call is a failure, its retries included.</param>
/// <param name="Seed">Sent with each call, where the same answer to the last bit is needed: its votes count. Null: a shadow's calls may share
/// batches.</param>
public sealed record JudgeSettings(Uri Endpoint, string Model, string Labeler, bool Pointwise, int Parallel, TimeSpan Timeout, long? Seed = null)
{
    /// <summary>The name by which the run's starting policy judges.</summary>
    public const string Start = "start";

    /// <summary>The judge that a recipe names.</summary>
    /// <param name="recipe">The recipe's judge.</param>
    /// <param name="startPolicy">Artifact of the run's starting policy.</param>
    /// <param name="own">The endpoint of a recipe that names none; null where it names one.</param>
    /// <param name="counts">Whether its votes settle pairs.</param>
    public static JudgeSettings Of(JudgeRecipe recipe, string startPolicy, Uri? own, bool counts = false)
    {
        var endpoint = own;
        if (recipe.Endpoint is { } named && !(Uri.TryCreate(named, UriKind.Absolute, out endpoint) && endpoint.Scheme is "http" or "https"))
        {
            throw new InputException($"judge.endpoint is \"{named}\", which is no address; write one like http://localhost:8080/v1.");
        }

        var model = recipe.Model ?? Start;
        return new(
            endpoint!, model == Start ? startPolicy : model, $"judge/{recipe.Form}/{model}", recipe.Form == "pointwise",
            recipe.Parallel, TimeSpan.FromSeconds(recipe.TimeoutSeconds), counts ? 0 : null);
    }
}
