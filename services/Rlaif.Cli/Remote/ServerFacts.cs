using Rlaif.Cli.Looking;
using Rlaif.Coordinator.Looking;

namespace Rlaif.Cli.Remote;

/// <summary>What there is to look at on a server.</summary>
internal sealed class ServerFacts(Uri address) : IFacts
{
    private readonly Server server = new(address);

    public Task<IReadOnlyList<RunLine>> Runs(CancellationToken cancel) => server.Get<IReadOnlyList<RunLine>>("/v1/runs", cancel);

    public Task<RunReport> Run(string named, CancellationToken cancel) => server.Get<RunReport>($"/v1/runs/{Uri.EscapeDataString(named)}/report", cancel);

    // A checkpoint may be named by its folder here; the server knows it by its name.
    public Task<LineageReport> Lineage(string named, CancellationToken cancel) =>
        server.Get<LineageReport>($"/v1/lineage/{Uri.EscapeDataString(Path.GetFileName(Path.TrimEndingDirectorySeparator(named)))}", cancel);

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        return default;
    }
}
