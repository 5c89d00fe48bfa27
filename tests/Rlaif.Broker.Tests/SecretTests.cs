using System.Data.Common;
using System.Net;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Rlaif.Coordinator;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Broker.Tests;

/// <summary>Every secret is a canary; none is heard. While messages are read for it, nobody else counts or drops them.</summary>
[Collection(nameof(ParkedQueues))]
public class SecretTests(Servers servers)
{
    [Fact, Trait("Speed", "slow")]
    public async Task A_whole_run_leaves_no_secret_in_its_log_its_rows_its_messages_or_its_metrics()
    {
        var run = await servers.Run;
        Assert.True(run.Log.Text.Length > 1000);
        Silent(run.Log.Text);
        Silent(run.Metrics);
        Silent(string.Join('\n', run.Spans.SelectMany(span => span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))));
        await using var database = Database.Postgres(run.ConnectionString);
        await using var connection = await database.Open(TestContext.Current.CancellationToken);
        var tables = (await connection.QueryAsync<string>("select tablename from pg_tables where schemaname = 'public'")).ToList();
        Assert.Contains("command", tables);
        foreach (var table in tables)
        {
            Silent(string.Join('\n', await connection.QueryAsync<string>($"select row_to_json(one)::text from \"{table}\" one")));
        }
    }

    [Fact, Trait("Speed", "slow")]
    public async Task Messages_hold_no_secret_in_body_or_headers()
    {
        var run = await servers.Run;
        await using var connection = await run.Broker.Connect(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var seen = 0;
        foreach (var (queue, _) in (await (await servers.Private).Messages(WholeRun.VirtualHost)).Where(one => one.Value > 0))
        {
            while (await channel.BasicGetAsync(queue, autoAck: false, TestContext.Current.CancellationToken) is { } message)
            {
                var headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal)).Values
                    .Select(value => value is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : $"{value}");
                Silent(string.Join('\n', headers) + System.Text.Encoding.UTF8.GetString(message.Body.Span));
                seen++;
            }
        }

        Assert.True(seen > 0);
    }

    [Fact, Trait("Speed", "slow")]
    public async Task The_api_refuses_a_wrong_token_without_a_word_of_the_right_one()
    {
        var run = await servers.Run;
        foreach (var header in new[] { null, "Bearer wrong", $"Basic {Canaries.Token}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(run.Api.BaseAddress!, "/v1/runs"));
            using var client = new HttpClient();
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Silent(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact, Trait("Speed", "slow")]
    public async Task A_broker_that_refuses_the_password_is_told_of_without_it()
    {
        var address = await (await servers.Private).NewVirtualHost("refused");
        var settings = new BrokerSettings(new(address), "guest", Canaries.Broker);
        await Fails(settings, null, "/v1/parked");
        var error = await Assert.ThrowsAnyAsync<Exception>(() => settings.Connect(TestContext.Current.CancellationToken));
        Silent(error.ToString());
        Silent(settings.ToString());
    }

    [Fact]
    public Task A_broker_that_is_not_there_is_told_of_without_the_password() =>
        Fails(new(new("amqp://127.0.0.1:9/away"), "rlaif", Canaries.Broker), null, "/v1/parked");

    [Fact]
    public async Task A_database_that_refuses_the_password_is_told_of_without_it()
    {
        using var postgres = new FakePostgres();
        var connection = Database.ConnectionString($"Host=127.0.0.1;Port={postgres.Port};Database=rlaif;Username=rlaif", Canaries.Database);
        await using var database = Database.Postgres(connection);
        var error = await Assert.ThrowsAnyAsync<DbException>(() => database.Migrate(TestContext.Current.CancellationToken));
        Assert.Equal(Canaries.Database, await postgres.Password.Task);
        Assert.Contains("password authentication failed", error.Message, StringComparison.Ordinal);
        Silent(error.ToString());
        Silent(string.Join('\n', error.Data.Values.Cast<object?>()));
    }

    [Fact]
    public Task A_database_that_is_not_there_is_told_of_without_the_password() =>
        Fails(new(new("amqp://127.0.0.1:9"), "rlaif", Canaries.Broker), "Host=127.0.0.1;Port=9;Database=rlaif;Username=rlaif", "/v1/runs");

    [Theory]
    [InlineData("RLAIF_BROKER", $"amqp://rlaif:{Canaries.Broker}@host")]
    [InlineData("RLAIF_DATABASE", $"Host=host;Password={Canaries.Database}")]
    [InlineData("RLAIF_DATABASE", $"Host=host;Nonsense={Canaries.Database}")]
    [InlineData("RLAIF_LISTEN", $"http://rlaif:{Canaries.Token}@host")]
    [InlineData("RLAIF_BROKER", $"{Canaries.Broker}")]
    public void A_secret_in_the_wrong_setting_is_refused_without_it(string name, string value)
    {
        var error = Assert.Throws<InputException>(() => Deployment.Read(new(asked => asked == name ? value : null)));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Silent(error.Message);
    }

    private static void Silent(string text) => Assert.DoesNotContain(Canaries.Any, text, StringComparison.Ordinal);

    /// <summary>A coordinator that cannot work: what it logs and answers. Its log.</summary>
    private static async Task<string> Fails(BrokerSettings broker, string? database, string path)
    {
        var cancel = TestContext.Current.CancellationToken;
        var (folder, log) = (Directory.CreateTempSubdirectory("rlaif-secret-").FullName, new Lines());
        var deployment = new Deployment(
            new(folder), "secret", broker, database is null ? null : Database.ConnectionString(database, Canaries.Database), new("http://127.0.0.1:0"), TimeSpan.FromMinutes(1));
        var watched = new ServiceModule("watched", services => services.AddSingleton<ILoggerProvider>(log).AddSingleton(Canaries.Settings), _ => { });
        await using (var host = RlaifHost.Build(deployment, [CoordinatorService.Module, watched], LogLevel.Trace))
        {
            if (database is null)
            {
                await host.Services.GetRequiredService<Database>().Migrate(cancel);
            }

            await host.StartAsync(cancel);
            using var client = new HttpClient { BaseAddress = new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
            client.DefaultRequestHeaders.Authorization = new("Bearer", Canaries.Token);
            await Eventually.True(() => log.Text.Contains("waits for", StringComparison.Ordinal), "somebody waits");
            using var answer = await client.GetAsync(path, cancel);
            var body = await answer.Content.ReadAsStringAsync(cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}: {body}");
            Silent(body);
            using var ready = await client.GetAsync("/healthz/ready", cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Silent(await ready.Content.ReadAsStringAsync(cancel));
            await host.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        Directory.Delete(folder, recursive: true);
        Silent(log.Text);
        return log.Text;
    }
}
