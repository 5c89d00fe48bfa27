using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

public class PostedRecipeTests
{
    /// <summary>A client sends a recipe as JSON with its defaults written out; the server reads it by the rules of the file.</summary>
    [Theory]
    [InlineData("quickstart")]
    [InlineData("smollm2")]
    [InlineData("kto")]
    public void A_recipe_comes_through_json_as_it_was(string name)
    {
        var sent = Json.Of(RecipeFile.Read(Repository.Path($"recipes/{name}.yaml")));
        Assert.Equal(sent, Json.Of(RecipeFile.Parse(sent, "/posted")));
    }
}
