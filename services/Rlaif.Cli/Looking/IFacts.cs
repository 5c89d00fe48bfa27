using Rlaif.Coordinator.Looking;

namespace Rlaif.Cli.Looking;

/// <summary>What there is to look at: in a home on this machine, or on a server.</summary>
internal interface IFacts : IAsyncDisposable
{
    Task<IReadOnlyList<RunLine>> Runs(CancellationToken cancel);

    /// <exception cref="Recipes.InputException">No run, or more than one, is named so.</exception>
    Task<RunReport> Run(string named, CancellationToken cancel);

    /// <exception cref="Recipes.InputException">No checkpoint, or more than one, is named so.</exception>
    Task<LineageReport> Lineage(string named, CancellationToken cancel);
}
