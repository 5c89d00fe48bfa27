using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Cli.Running;

/// <summary>A judge elsewhere is asked whether it is there before anything is started.</summary>
internal static class JudgeProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="InputException">Nobody answers at the recipe's endpoint.</exception>
    public static async Task Check(Recipe recipe, CancellationToken cancel)
    {
        if (recipe.Judge.Endpoint is not { } endpoint || !recipe.AsksJudge)
        {
            return;
        }

        try
        {
            using var client = new HttpClient { Timeout = Patience };
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{endpoint.TrimEnd('/')}/models"));
            if (Settings.Environment.Secret("RLAIF_JUDGE_KEY") is { } key)
            {
                request.Headers.Authorization = new("Bearer", key);
            }

            // Any answer will do: not every server lists its models.
            using var answer = await client.SendAsync(request, cancel);
        }
        catch (Exception error) when (error is HttpRequestException or UriFormatException || (error is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            throw new InputException($"The judge at {endpoint} cannot be reached ({error.Message.TrimEnd('.')}); start it, or change judge.endpoint in the recipe. Nothing was started.", error);
        }
    }
}
