using Rlaif.Cli.Running;
using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Cli.Tests.Running;

public sealed class HomeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-home").FullName;

    [Fact]
    public void Without_a_name_the_home_lies_in_the_project_of_the_recipe()
    {
        Directory.CreateDirectory(Path.Combine(folder, "recipes"));
        Assert.Equal(Path.Combine(folder, ".rlaif"), HomeChoice.PathOf(null, Path.Combine(folder, "recipes", "mine.yaml")));
        Assert.Equal("elsewhere", HomeChoice.PathOf("elsewhere", Path.Combine(folder, "recipes", "mine.yaml")));
    }

    [Fact]
    public void A_home_has_one_process_at_a_time()
    {
        var home = new HomeFolder(Path.Combine(folder, "home"));
        using (new HomeLock(home))
        {
            Assert.Contains(home.Path, Assert.Throws<InputException>(() => new HomeLock(home)).Message, StringComparison.Ordinal);
        }

        new HomeLock(home).Dispose();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
