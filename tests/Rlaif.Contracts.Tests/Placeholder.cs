namespace Rlaif.Contracts.Tests;
