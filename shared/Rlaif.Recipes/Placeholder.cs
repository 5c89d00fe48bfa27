namespace Rlaif.Recipes;
