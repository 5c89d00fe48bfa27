using Rlaif.Cli.Remote;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;

namespace Rlaif.Cli.Labeling;

/// <summary>Pairs of a deployment's runs.</summary>
internal sealed class ServerDesk(Uri address, string pool, string labeler, string? run) : ILabelDesk
{
    private readonly Server server = new(address);

    private readonly string next = $"/v1/labels/next?pool={Uri.EscapeDataString(pool)}&labeler={Uri.EscapeDataString(labeler)}"
        + (run is null ? "" : $"&run={Uri.EscapeDataString(run)}");

    public Task<WaitingLabels> Next(IReadOnlySet<Guid> skip, CancellationToken cancel) =>
        server.Get<WaitingLabels>(next + string.Concat(skip.Select(id => $"&skip={id}")), cancel);

    public Task Give(PreferenceLabeled label, CancellationToken cancel) => server.Post<PreferenceLabeled>("/v1/labels", label, cancel);

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        return default;
    }
}
