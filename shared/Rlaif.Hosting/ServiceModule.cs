using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Rlaif.Hosting;

/// <summary>One service: what it needs, what it consumes, what it serves over HTTP. A process hosts one of them, or all.</summary>
public sealed record ServiceModule(
    string Name, Action<IServiceCollection> Services, Action<IBusRegistrationConfigurator> Consumers, Action<WebApplication>? Map = null);
