using System.Xml.Linq;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

public class DockerfileTests
{
    private const string Client = "services/Rlaif.Cli";

    [Fact]
    public void The_images_are_those_of_the_target_framework()
    {
        var framework = XDocument.Load(Repository.Path("Directory.Build.props")).Descendants("TargetFramework").Single().Value["net".Length..];
        Assert.Equal(
            [$"mcr.microsoft.com/dotnet/sdk:{framework}", $"mcr.microsoft.com/dotnet/aspnet:{framework}"],
            Dockerfile.All.Where(one => one.Name == "FROM").Select(one => one.Words[0]));
    }

    [Fact]
    public void Every_source_that_is_copied_exists_and_reaches_the_build()
    {
        var allowed = File.ReadLines(Repository.Path(".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var sources = Dockerfile.Build.Where(one => one.Name == "COPY").SelectMany(one => one.Words.SkipLast(1)).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source =>
        {
            Assert.True(Path.Exists(Repository.Path(source)), source);
            Assert.Contains(source.Split('/')[0], allowed);
        });
        Assert.All(allowed, name => Assert.Contains(sources, source => source.Split('/')[0] == name));
    }

    [Fact]
    public void Packages_are_restored_from_exactly_the_projects_that_the_command_line_needs()
    {
        var before = Dockerfile.Build.TakeWhile(one => one.Name != "RUN")
            .Where(one => one.Name == "COPY" && one.Words[0].EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        Assert.Equal(Projects($"{Client}/Rlaif.Cli.csproj").Order(), before.Select(one => one.Words[0]).Order());
        Assert.All(before, one => Assert.Equal(Path.GetDirectoryName(one.Words[0]) + "/", one.Words[1]));
    }

    [Fact]
    public void Restore_and_publish_build_the_command_line_for_the_backend_that_was_asked_for()
    {
        Assert.Contains(Dockerfile.Build, one => one is { Name: "ARG", Text: "TORCH_BACKEND=cpu" });
        var runs = Dockerfile.Build.Where(one => one.Name == "RUN").ToList();
        Assert.Equal([$"dotnet restore {Client}", $"dotnet publish {Client}"], runs.Select(run => string.Join(' ', run.Words.Take(3))));
        Assert.All(runs, run => Assert.Contains("-p:TorchBackend=$TORCH_BACKEND", run.Words));
        Assert.Contains("$(TorchBackend)", File.ReadAllText(Repository.Path("Directory.Build.props")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_entry_point_is_the_published_command_line()
    {
        var assembly = XDocument.Load(Repository.Path($"{Client}/Rlaif.Cli.csproj")).Descendants("AssemblyName").Single().Value;
        var published = Dockerfile.Build.Last(one => one.Name == "RUN").Words[^1];
        Assert.Contains(Dockerfile.Final, one => one is { Name: "COPY", Words: ["--from=build", var from, "/app"] } && from == published);
        Assert.Equal(["dotnet", $"/app/{assembly}.dll"], Dockerfile.Final.Single(one => one.Name == "ENTRYPOINT").Array);
    }

    [Fact]
    public void Nothing_runs_as_root()
    {
        var users = Dockerfile.Final.Select((one, at) => (one, at)).Where(pair => pair.one.Name == "USER").ToList();
        Assert.Equal("$APP_UID", Assert.Single(users).one.Text);
        // Whatever follows would run, and own files, as that user.
        Assert.DoesNotContain(Dockerfile.Final.Skip(users[0].at), one => one.Name is "RUN" or "COPY");
    }

    [Fact]
    public void State_is_in_volumes_that_the_user_owns_and_the_port_is_the_one_listened_at()
    {
        string[] state = [Dockerfile.Environment["RLAIF_HOME"], Dockerfile.Environment["RLAIF_ARTIFACTS"]];
        Assert.Equal(state, Dockerfile.Final.Single(one => one.Name == "VOLUME").Array);
        Assert.Contains(Dockerfile.Final, one => one.Name == "RUN" && one.Text == $"install -d -o $APP_UID -g $APP_UID {string.Join(' ', state)}");
        Assert.Equal($"{Dockerfile.Port}", Dockerfile.Final.Single(one => one.Name == "EXPOSE").Text);
        Assert.Equal("0.0.0.0", new Uri(Dockerfile.Environment["RLAIF_LISTEN"]).Host);
    }

    [Theory]
    [InlineData("DOTNET_GCgen0size", "rlaif", "bench/run")]
    [InlineData("GLIBC_TUNABLES", "rlaif", "bench/run", "test")]
    public void Memory_is_kept_in_the_image_as_the_scripts_have_it(string name, params string[] scripts) => Assert.All(scripts, script => Assert.Contains(
        $"export {name}=${{{name}:-{Dockerfile.Environment[name]}}}", File.ReadAllText(Repository.Path(script)), StringComparison.Ordinal));

    private static HashSet<string> Projects(string project)
    {
        var found = new HashSet<string>() { project };
        foreach (var reference in XDocument.Load(Repository.Path(project)).Descendants("ProjectReference"))
        {
            found.UnionWith(Projects(((string)reference.Attribute("Include")!).Replace("$(RepoRoot)", "", StringComparison.Ordinal)));
        }

        return found;
    }
}
