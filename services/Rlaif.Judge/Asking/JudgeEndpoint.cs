using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Judge.Asking;

/// <summary>Where this deployment's own models are served: the judge of a run that names no other endpoint. In one process the address is
/// known only when the server listens, so whoever asks earlier waits.</summary>
public sealed class JudgeEndpoint
{
    private readonly TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Not known yet.</summary>
    public JudgeEndpoint()
    {
    }

    /// <summary>Known from the settings of the deployment, up to and including /v1.</summary>
    public JudgeEndpoint(Uri address) => Set(address);

    /// <summary>The one that RLAIF_MODELS names. In one process: known later; else a run that names no judge of its own has none.</summary>
    internal static JudgeEndpoint Of(Settings settings, Deployment deployment)
    {
        if (settings.Text("RLAIF_MODELS") is { } text)
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var named) && (named.Scheme is "http" or "https")
                ? new(named) : throw new InputException("RLAIF_MODELS is no address; write one like http://generator:8080/v1.");
        }

        var endpoint = new JudgeEndpoint();
        if (deployment.Broker is not null)
        {
            endpoint.address.SetException(new InputException("The recipe names no judge.endpoint, and this deployment none in RLAIF_MODELS."));
        }

        return endpoint;
    }

    /// <summary>The server listens at <paramref name="listening"/>, up to and including /v1.</summary>
    public void Set(Uri listening) => address.TrySetResult(listening);

    /// <summary>The address, once it is known.</summary>
    public Task<Uri> Address(CancellationToken cancel) => address.Task.WaitAsync(cancel);
}
