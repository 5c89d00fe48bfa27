using System.Data.Common;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

public class ComposeTests
{
    [Fact]
    public void Each_service_of_the_product_is_started_once_under_its_own_name()
    {
        Assert.Equal(Sources.Services().Keys.Order(), Compose.Serving.Keys.Order());
        Assert.All(Compose.Serving, service => Assert.Equal(["serve", service.Key], service.Value["command"].Texts));
        Assert.Equal(["serve", "--prepare"], Compose.Services["prepare"]["command"].Texts);
    }

    [Fact]
    public void The_images_are_ours_and_two_with_a_version()
    {
        Assert.Equal("rabbitmq:4-management", Compose.Services["rabbitmq"]["image"].Text);
        Assert.Equal("postgres:17", Compose.Services["postgres"]["image"].Text);
        Assert.Equal(Compose.Services.Keys.Except(Compose.Ours.Keys).Order(), ["postgres", "rabbitmq"]);
        Assert.All(Compose.Ours.Values, service =>
        {
            Assert.Equal("rlaif:${TORCH_BACKEND:-cpu}", service["image"].Text);
            Assert.Equal(("deploy/Dockerfile", "."), (service["build"]["dockerfile"].Text, service["build"]["context"].Text));
            var argument = Assert.Single(service["build"]["args"].Map);
            Assert.Contains(Dockerfile.Build, one => one.Name == "ARG" && one.Text == $"{argument.Key}=cpu");
        });
    }

    [Fact]
    public void Nothing_starts_before_queues_and_tables_are_there()
    {
        Assert.All(
            Compose.Serving.Values, service => Assert.Equal("service_completed_successfully", service["depends_on"]["prepare"]["condition"].Text));
        Assert.All(new[] { "rabbitmq", "postgres" }, server =>
        {
            Assert.Equal("service_healthy", Compose.Services["prepare"]["depends_on"][server]["condition"].Text);
            Assert.True(Compose.Services[server]["healthcheck"]["test"].Exists);
        });
        Assert.Equal("no", Compose.Services["prepare"]["restart"].Text);
    }

    [Fact]
    public void A_service_is_healthy_when_it_says_that_it_is_ready()
    {
        Assert.All(Compose.Serving.Values, service =>
        {
            var test = service["healthcheck"]["test"].Texts;
            Assert.Equal("CMD", test[0]);
            Assert.Contains(Dockerfile.Final, one => one is { Name: "RUN", Words: ["apt-get", ..] } && one.Words.Contains(test[1]));
            var address = new Uri(test[^1]);
            Assert.Equal(Dockerfile.Port, address.Port);
            Assert.Equal("/healthz/ready", address.AbsolutePath);
            Assert.Contains(address.AbsolutePath, Sources.HealthPaths());
        });
    }

    [Fact]
    public void Whatever_dies_comes_back_and_whatever_stops_has_the_time_to()
    {
        Assert.All(Compose.Services.Where(service => service.Key != "prepare"), service =>
        {
            Assert.Equal("unless-stopped", service.Value["restart"].Text);
            Assert.InRange(int.Parse(service.Value["stop_grace_period"].Text.TrimEnd('s')), Sources.ShutdownSeconds() + 1, 600);
            Assert.NotEqual("", service.Value["mem_limit"].Text);
        });
    }

    [Fact]
    public void State_outlives_its_container_and_is_shared()
    {
        string[] volumes = [$"home:{Dockerfile.Environment["RLAIF_HOME"]}", $"artifacts:{Dockerfile.Environment["RLAIF_ARTIFACTS"]}"];
        Assert.All(Compose.Ours.Values, service => Assert.Equal(volumes, service["volumes"].Texts));
        var used = Compose.Services.Values.SelectMany(service => service["volumes"].Texts).Select(volume => volume.Split(':')[0]).ToHashSet();
        Assert.Equal(Compose.File["volumes"].Map.Keys.Order(), used.Order());
    }

    [Fact]
    public void Addresses_name_services_of_the_file_and_the_accounts_that_are_made_there()
    {
        var (rabbit, postgres) = (Compose.Services["rabbitmq"]["environment"], Compose.Services["postgres"]["environment"]);
        Assert.All(Compose.Ours.Values.Select(service => service["environment"]), ours =>
        {
            Assert.Equal(("amqp", "rabbitmq", 5672), Parts(ours["RLAIF_BROKER"].Text));
            Assert.Equal(rabbit["RABBITMQ_DEFAULT_USER"].Text, ours["RLAIF_BROKER_USER"].Text);
            Assert.Equal(rabbit["RABBITMQ_DEFAULT_PASS"].Text, ours["RLAIF_BROKER_PASSWORD"].Text);
            var database = new DbConnectionStringBuilder { ConnectionString = ours["RLAIF_DATABASE"].Text };
            Assert.Equal("postgres", database["Host"]);
            Assert.Equal((postgres["POSTGRES_DB"].Text, postgres["POSTGRES_USER"].Text), (database["Database"], database["Username"]));
            Assert.Equal(postgres["POSTGRES_PASSWORD"].Text, ours["RLAIF_DATABASE_PASSWORD"].Text);
        });
        Assert.Equal(("http", "generator", Dockerfile.Port), Parts(Compose.Services["judge"]["environment"]["RLAIF_MODELS"].Text));
    }

    [Fact]
    public void Only_the_coordinator_is_reachable_and_by_default_from_this_machine_only()
    {
        Assert.Equal([$"${{COORDINATOR_ADDRESS:-127.0.0.1}}:8080:{Dockerfile.Port}"], Compose.Services["coordinator"]["ports"].Texts);
        Assert.All(Compose.Services.Where(service => service.Key != "coordinator").SelectMany(service => service.Value["ports"].Texts),
            port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_of_env_holds_every_variable_with_its_default_and_no_other()
    {
        var example = File.ReadLines(Repository.Path(".env.example")).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('=', 2)).ToList();
        Assert.Equal(Compose.Variables.Select(variable => variable.Key).Order(), example.Select(pair => pair[0]).Order());
        Assert.All(example, pair => Assert.All(Compose.Variables[pair[0]], rest =>
            Assert.Equal(rest.StartsWith(":?", StringComparison.Ordinal) ? "" : rest[":-".Length..], pair[1])));
    }

    private static (string Scheme, string Host, int Port) Parts(string address)
    {
        var uri = new Uri(address);
        return (uri.Scheme, uri.Host, uri.Port);
    }
}
