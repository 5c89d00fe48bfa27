namespace Rlaif.Storage.Tests;
