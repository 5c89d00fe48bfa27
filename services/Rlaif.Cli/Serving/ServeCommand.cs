using System.CommandLine;
using Rlaif.Cli.Commands;
using Rlaif.Cli.Running;
using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Cli.Serving;

/// <summary><c>rlaif serve SERVICE</c>: one service as a process of its own, against the broker and the database that the environment names.</summary>
internal static class ServeCommand
{
    public static Command Make()
    {
        var service = new Argument<string?>("SERVICE") { Description = string.Join(", ", AllServices.Names), Arity = ArgumentArity.ZeroOrOne };
        var prepare = new Option<bool>("--prepare") { Description = "Bring database and broker to this version, and end" };
        var until = new Option<bool>(UntilInputEnds) { Description = "Stop when standard input ends: whoever started this is gone", Hidden = true };
        var command = new Command("serve", "Run one service of a deployment (docs/deployment.md)") { service, prepare, until };
        command.SetAction(async (parsed, cancel) =>
        {
            var deployment = Remote(Settings.Environment);
            if (parsed.GetValue(prepare))
            {
                await RlaifHost.Prepare(deployment, AllServices.Modules, cancel);
                return CommandLine.Done;
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parsed.GetValue(until))
            {
                _ = EndWithInput(ended);
            }

            await RlaifHost.Run(deployment, AllServices.Named(parsed.GetValue(service)), ended.Token);
            return CommandLine.Done;
        });
        return command;
    }

    public const string UntilInputEnds = "--until-input-ends";

    /// <summary>The deployment of the environment.</summary>
    /// <exception cref="InputException">It has no broker or no database, so its services could not meet.</exception>
    public static Deployment Remote(Settings settings)
    {
        var deployment = Deployment.Read(settings);
        return deployment is { Broker: not null, ConnectionString: not null } ? deployment : throw new InputException(
            $"{(deployment.Broker is null ? "RLAIF_BROKER" : "RLAIF_DATABASE")} is not set, so services in several processes could not meet; docs/deployment.md lists the settings. " +
            "`rlaif run` needs neither.");
    }

    private static async Task EndWithInput(CancellationTokenSource ended)
    {
        await Task.Run(() =>
        {
            while (Console.In.Read() >= 0)
            {
                // Nobody writes here; only the end counts.
            }
        });
        await ended.CancelAsync();
    }
}
