using Rlaif.Cli.Running;
using Rlaif.Coordinator.Api;
using Rlaif.Coordinator.Looking;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Cli.Remote;

/// <summary>A run on a server: its files are read and checked here, its work is done there, its policy comes back.</summary>
internal sealed class RemoteRun : IRunning
{
    private readonly Server server;
    private readonly HomeLock held;
    private readonly ArtifactStore artifacts;

    private RemoteRun(Server server, HomeLock held, ArtifactStore artifacts, Guid id) => (this.server, this.held, this.artifacts, Id) = (server, held, artifacts, id);

    public Guid Id { get; }

    public CancellationToken Stopping => CancellationToken.None;

    public string LookOptions => $" --server {server.Address}";

    /// <summary>Uploads what the run needs and asks for it; the same command finds the same run.</summary>
    public static async Task<RemoteRun> Start(Uri address, RunInput input, HomeFolder home, CancellationToken cancel)
    {
        var (client, held) = (new Server(address), HomeLock.OfClient(home));
        try
        {
            var store = new ArtifactStore(home.Artifacts, held.Name);
            var (policy, prompts) = (await input.Policy.Store(store, cancel), await input.StorePrompts(store, cancel));
            foreach (var artifact in new[] { policy, prompts })
            {
                if (!await client.Has($"/v1/artifacts/{artifact}", cancel))
                {
                    await client.Put($"/v1/artifacts/{artifact}", body => ArtifactTransfer.Write(store, artifact, body, cancel), cancel);
                }
            }

            var id = input.Id(policy);
            await client.Post<RunState>("/v1/runs", input.Document(policy, prompts), cancel);
            return new(client, held, store, id);
        }
        catch
        {
            client.Dispose();
            held.Dispose();
            throw;
        }
    }

    public Task<RunState> State(CancellationToken cancel) => server.GetAgain<RunState>($"/v1/runs/{Id}", cancel);

    public Task<RunEnding> Ending(CancellationToken cancel) => server.GetAgain<RunEnding>($"/v1/runs/{Id}/ending", cancel);

    /// <summary>The artifact's folder here, downloaded unless it is there.</summary>
    public async Task<string> Folder(string artifact, CancellationToken cancel)
    {
        if (!await artifacts.Holds(artifact, cancel))
        {
            await server.Read($"/v1/artifacts/{artifact}", body => ArtifactTransfer.Read(artifacts, artifact, body, cancel), cancel);
        }

        return await artifacts.Fetch(artifact, cancel);
    }

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        held.Dispose();
        return default;
    }
}
