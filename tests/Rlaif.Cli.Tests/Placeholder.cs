namespace Rlaif.Cli.Tests;
