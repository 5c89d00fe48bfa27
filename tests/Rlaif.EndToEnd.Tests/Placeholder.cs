namespace Rlaif.EndToEnd.Tests;
