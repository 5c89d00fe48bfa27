namespace Rlaif.Learning.Tests;
