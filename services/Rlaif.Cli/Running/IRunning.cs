using Rlaif.Coordinator.Api;
using Rlaif.Coordinator.Looking;

namespace Rlaif.Cli.Running;

/// <summary>A run that somebody watches: in this process, or on a server.</summary>
internal interface IRunning : IAsyncDisposable
{
    Guid Id { get; }

    /// <summary>Its services are about to stop, whoever told them to.</summary>
    CancellationToken Stopping { get; }

    /// <summary>What commands that look on need to find it again.</summary>
    string LookOptions { get; }

    Task<RunState> State(CancellationToken cancel);

    /// <exception cref="Recipes.InputException">It was never evaluated.</exception>
    Task<RunEnding> Ending(CancellationToken cancel);

    /// <summary>Where an artifact is on this machine.</summary>
    Task<string> Folder(string artifact, CancellationToken cancel);
}
