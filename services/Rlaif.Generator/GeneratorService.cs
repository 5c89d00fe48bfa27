using MassTransit;
using Rlaif.Generator.Endpoint;
using Rlaif.Generator.Sampling;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Rlaif.Generator;

/// <summary>Holds policies: samples responses, critiques and revisions, and serves them on an OpenAI-compatible endpoint.</summary>
public static class GeneratorService
{
    public static readonly ServiceModule Module = new(
        "generator",
        services =>
        {
            TorchRuntime.Open();
            services.AddSingleton(provider => Shelf(provider.GetRequiredService<ArtifactStore>()));
            services.TryAddSingleton(provider => EndpointNumerics.Read(provider.GetRequiredService<Settings>()));
            services.AddOpenAi();
        },
        bus =>
        {
            // One torch thread: more at once would only wait.
            bus.AddWorker<GenerateResponsesConsumer>(parallel: 1);
            bus.AddWorker<ReviseResponsesConsumer>(parallel: 1);
        },
        app => app.MapOpenAi());

    private static ModelShelf Shelf(ArtifactStore artifacts) =>
        new(async (name, cancel) => await artifacts.Holds(name, cancel) ? await artifacts.Fetch(name, cancel) : null);
}
