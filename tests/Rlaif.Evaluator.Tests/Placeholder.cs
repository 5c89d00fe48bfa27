namespace Rlaif.Evaluator.Tests;
