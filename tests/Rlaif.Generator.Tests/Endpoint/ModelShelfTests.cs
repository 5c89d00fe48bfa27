using Rlaif.Generator.Endpoint;
using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Generator.Tests.Endpoint;

public class ModelShelfTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_longest_unused_model_makes_room()
    {
        using var a = await TinyModel.Create(1);
        using var b = await TinyModel.Create(2);
        using var c = await TinyModel.Create(3);
        var folders = new Dictionary<string, string> { ["a"] = a.Folder, ["b"] = b.Folder, ["c"] = c.Folder, ["a too"] = a.Folder };
        await using var shelf = new ModelShelf((name, _) => Task.FromResult(folders.GetValueOrDefault(name)), capacity: 2);
        Task<LanguageModel> Loaded(string name) => shelf.Use(name, Numerics.OfThisMachine, (model, _) => model, Cancel);

        var (first, second) = (await Loaded("a"), await Loaded("b"));
        Assert.Same(first, await Loaded("a"));
        Assert.Same(first, await Loaded("a too")); // what a name stands for is loaded once
        await Loaded("c");
        Assert.Same(first, await Loaded("a"));
        Assert.True(second.Weights[0].Value.IsInvalid);
        Assert.NotSame(second, await Loaded("b"));
    }

    [Fact]
    public async Task A_name_without_a_model_is_said()
    {
        await using var shelf = new ModelShelf((_, _) => Task.FromResult<string?>(null));
        Assert.Null(await shelf.Format("nobody", Cancel));
        var error = await Assert.ThrowsAsync<InputException>(() => shelf.Use("nobody", Numerics.OfThisMachine, (_, _) => 0, Cancel));
        Assert.Contains("\"nobody\"", error.Message, StringComparison.Ordinal);
    }
}
