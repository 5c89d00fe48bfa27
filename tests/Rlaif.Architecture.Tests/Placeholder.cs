namespace Rlaif.Architecture.Tests;
