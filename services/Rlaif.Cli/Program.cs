return await Rlaif.Cli.Commands.CommandLine.Run(args);
