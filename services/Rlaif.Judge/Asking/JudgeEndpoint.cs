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

    /// <summary>The server listens at <paramref name="listening"/>, up to and including /v1.</summary>
    public void Set(Uri listening) => address.TrySetResult(listening);

    /// <summary>The address, once it is known.</summary>
    public Task<Uri> Address(CancellationToken cancel) => address.Task.WaitAsync(cancel);
}
