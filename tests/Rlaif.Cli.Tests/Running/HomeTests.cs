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

    [Fact]
    public void A_lock_that_cannot_be_made_keeps_its_own_message()
    {
        var home = new HomeFolder(Path.Combine(folder, "home"));
        File.CreateSymbolicLink(Path.Combine(home.Path, "lock"), Path.Combine(folder, "nosuch", "lock"));
        Assert.ThrowsAny<IOException>(() => new HomeLock(home));
    }

    [Fact]
    public async Task A_damaged_database_is_one_sentence_that_names_the_home()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, HomeFolder.DatabaseName), new string('x', 5000), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<InputException>(() => HomeFacts.Open(folder, TestContext.Current.CancellationToken));
        Assert.StartsWith($"The runs of {folder} cannot be read (", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void The_next_commands_name_a_home_that_is_not_that_of_the_current_folder()
    {
        var own = HomeChoice.PathOf(null, null);
        Assert.Equal(["./rlaif show 7f3a", "./rlaif explain d900", "./rlaif chat /a/b"], Closing.LookOn("7f3a", "d900", "/a/b", Closing.HomeOption(own)));
        Assert.Equal(
            ["./rlaif show 7f3a --home '/my homes/one'", "./rlaif explain d900 --home '/my homes/one'", "./rlaif chat '/my homes/one/d9'"],
            Closing.LookOn("7f3a", "d900", "/my homes/one/d9", Closing.HomeOption("/my homes/one")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
