namespace Rlaif.Recipes.Tests;
