namespace Rlaif.Judge.Tests;
