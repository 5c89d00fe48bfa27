namespace Rlaif.Generator.Tests;
