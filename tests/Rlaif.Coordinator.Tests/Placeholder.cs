namespace Rlaif.Coordinator.Tests;
