using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Coordinator.Api;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>The API as a client sees it, on a coordinator without workers.</summary>
public sealed class ApiTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-api-").FullName;
    private readonly HttpClient client = new();
    private WebApplication? host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var token = new ServiceModule(
            "token", services => services.AddSingleton(new Settings(name => name == "RLAIF_TOKEN" ? "secret" : null)), _ => { });
        host = RlaifHost.Build(Deployment.Embedded(new HomeFolder(folder)), [token, CoordinatorService.Module], LogLevel.Critical);
        await host.Services.GetRequiredService<Database>().Migrate(Cancel);
        await host.StartAsync(Cancel);
        client.BaseAddress = new(host.Urls.First());
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await host!.StopAsync(Cancel);
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Without_the_token_nothing_is_told(string? token)
    {
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync("/v1/runs", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task An_artifact_comes_back_as_it_went_and_keeps_its_name()
    {
        var there = new ArtifactStore(Path.Combine(folder, "client"));
        var staged = there.Stage("one");
        await File.WriteAllTextAsync(Path.Combine(staged, "config.json"), "{}", Cancel);
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(staged, "adapter")).FullName, "adapter_config.json"), "[]", Cancel);
        var artifact = await there.Add(staged, Cancel);
        using var body = new MemoryStream();
        await ArtifactTransfer.Write(there, artifact, body, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(new(HttpMethod.Head, $"/v1/artifacts/{artifact}"), Cancel)).StatusCode);
        using var sent = await client.PutAsync($"/v1/artifacts/{artifact}", new ByteArrayContent(body.ToArray()), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);

        var back = new ArtifactStore(Path.Combine(folder, "back"));
        await ArtifactTransfer.Read(back, artifact, await client.GetStreamAsync($"/v1/artifacts/{artifact}", Cancel), Cancel);
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(await back.Fetch(artifact, Cancel), "config.json"), Cancel));
        Assert.Equal("[]", await File.ReadAllTextAsync(Path.Combine(await back.Fetch(artifact, Cancel), "adapter", "adapter_config.json"), Cancel));
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("a/../../config.json")]
    [InlineData("/config.json")]
    [InlineData("a//config.json")]
    [InlineData("..\\config.json")]
    public async Task A_file_outside_of_its_artifact_is_refused(string name)
    {
        using var body = new MemoryStream();
        await using (var tar = new TarWriter(body, TarEntryFormat.Pax, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("{}"u8.ToArray()) }, Cancel);
        }

        using var answer = await client.PutAsync($"/v1/artifacts/{new string('a', 64)}", new ByteArrayContent(body.ToArray()), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("plain files inside its folder", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_that_is_not_what_its_name_says_is_refused_and_not_kept()
    {
        var there = new ArtifactStore(Path.Combine(folder, "client"));
        using var body = new MemoryStream();
        await ArtifactTransfer.Write(there, await there.AddText("one", "config.json", "{}", Cancel), body, Cancel);
        var other = new string('a', 64);
        foreach (var (content, word) in new[] { (body.ToArray(), "damaged"), (body.ToArray()[..700], "tar"), ([1, 2, 3], "tar") })
        {
            using var answer = await client.PutAsync($"/v1/artifacts/{other}", new ByteArrayContent(content), Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(word, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.False(await host!.Services.GetRequiredService<ArtifactStore>().Holds(other, Cancel));
    }

    [Fact]
    public async Task A_run_is_created_followed_paused_resumed_and_cancelled()
    {
        var artifact = await host!.Services.GetRequiredService<ArtifactStore>().AddText("policy", "config.json", "{}", Cancel);
        var document = await Document(artifact);
        using var created = await client.PostAsJsonAsync("/v1/runs", document, Json.Options, Cancel);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Cancel));
        await Eventually.True(async () => (await State(document.Id)).Stages.Count > 0, "the first stage is planned");

        Assert.Equal("Lunch.", (await Post(document.Id, "pause", new PauseDocument("Lunch."))).PauseReason);
        Assert.DoesNotContain(document.Id, await host.Services.GetRequiredService<RunTables>().GoingOn(Cancel));
        Assert.Equal("", (await Post(document.Id, "resume", null)).PauseReason);

        // Events are told until the run ends.
        var events = client.GetStringAsync($"/v1/runs/{RlaifId.Short(document.Id)}/events", Cancel);
        var ended = await Post(document.Id, "cancel", null);
        Assert.NotNull(ended.EndedAt);
        Assert.Contains("event: progress", await events, StringComparison.Ordinal);
        Assert.Contains("cancelled", await client.GetStringAsync("/v1/runs", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_404_and_what_cannot_be_used_400_each_in_one_sentence()
    {
        using var missing = await client.GetAsync("/v1/runs/abcdef", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("There is no run abcdef", await missing.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var unusable = await client.PostAsJsonAsync("/v1/runs", await Document(new string('b', 64)), Json.Options, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, unusable.StatusCode);
        Assert.Contains("upload it", await unusable.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "holds no settings")]
    [InlineData("{}", "policy")]
    [InlineData("""{"labelers":{"rules":"shadow"},"name":"x","policy":"x","constitution":"x","prompts":{"train":"x"},"optimize":[{"sft":{}}]}""", "nobody who settles")]
    public async Task A_recipe_that_cannot_be_run_is_refused_as_it_is_in_a_file(string recipe, string word)
    {
        var policy = await host!.Services.GetRequiredService<ArtifactStore>().AddText("policy", "config.json", "{}", Cancel);
        using var refused = await client.PostAsJsonAsync("/v1/runs", await Document(policy) with { Recipe = recipe }, Json.Options, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var said = await refused.Content.ReadAsStringAsync(Cancel);
        Assert.True(said.Contains(word, StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task A_run_that_is_rewarded_by_rules_needs_a_constitution_that_has_some()
    {
        var policy = await host!.Services.GetRequiredService<ArtifactStore>().AddText("policy", "config.json", "{}", Cancel);
        var document = await Document(policy) with { Recipe = Json.Of(TestRecipe.Of(new OptimizationRecipe { Grpo = new() { Rewards = new() { Rules = 1 } } })) };
        const string plain = "{id: plain, version: 1, critiqueRequest: What is wrong?, revisionRequest: Write it again., principles: [{id: kind, question: Which is kinder?}]}";
        using var refused = await client.PostAsJsonAsync("/v1/runs", document with { Constitution = plain }, Json.Options, Cancel);
        var said = await refused.Content.ReadAsStringAsync(Cancel);
        Assert.True(said.Contains("the constitution plain has no machine check", StringComparison.Ordinal), said);
        using var created = await client.PostAsJsonAsync("/v1/runs", document, Json.Options, Cancel);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("runs", """{"id":"7c0e0d3c-8a2c-5f0e-8d53-5d1c2f8a7e10","name":"x","recipe":"{}","seed":1,"startPolicy":null,"constitution":null,"prompts":null}""")]
    [InlineData("runs/7c0e0d3c-8a2c-5f0e-8d53-5d1c2f8a7e10/pause", "{}")]
    [InlineData("labels", """{"id":"7c0e0d3c-8a2c-5f0e-8d53-5d1c2f8a7e10","votes":null}""")]
    public async Task A_body_that_lacks_what_it_must_have_is_400(string path, string body)
    {
        using var refused = await client.PostAsync($"/v1/{path}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Whoever_follows_a_run_does_not_hold_up_the_end_of_the_server()
    {
        var policy = await host!.Services.GetRequiredService<ArtifactStore>().AddText("policy", "config.json", "{}", Cancel);
        var document = await Document(policy);
        using var created = await client.PostAsJsonAsync("/v1/runs", document, Json.Options, Cancel);
        Assert.True(created.IsSuccessStatusCode);
        await using var events = await client.GetStreamAsync($"/v1/runs/{document.Id}/events", Cancel);
        using var reader = new StreamReader(events);
        Assert.Equal("event: progress", await reader.ReadLineAsync(Cancel));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        await host.StopAsync(patience.Token);
        Assert.False(patience.IsCancellationRequested);
    }

    [Fact]
    public async Task A_file_that_holds_a_prompt_twice_is_refused_in_one_sentence_and_creates_no_run()
    {
        var policy = await host!.Services.GetRequiredService<ArtifactStore>().AddText("policy", "config.json", "{}", Cancel);
        var document = await Document(policy, "q", "p", "p");
        using var refused = await client.PostAsJsonAsync("/v1/runs", document, Json.Options, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Of prompts 1 to 3, 1 came before in the same split.", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var missing = await client.GetAsync($"/v1/runs/{document.Id}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task The_committed_document_is_the_one_that_is_served()
    {
        var served = (await client.GetStringAsync("/openapi/v1.json", Cancel)).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Repository.Path("docs/openapi.json");
        if (Environment.GetEnvironmentVariable("RLAIF_UPDATE") is { Length: > 0 })
        {
            await File.WriteAllTextAsync(file, served, Cancel);
        }

        Assert.True(served == await File.ReadAllTextAsync(file, Cancel), "docs/openapi.json is not what is served; RLAIF_UPDATE=1 writes it.");
    }

    private Task<RunDocument> Document(string policy) => Document(policy, "p");

    private async Task<RunDocument> Document(string policy, params string[] prompts) => new()
    {
        Id = RlaifId.Of("api run"),
        Name = "test",
        Recipe = Json.Of(TestRecipe.Of()),
        Seed = 1,
        StartPolicy = policy,
        Constitution = File.ReadAllText(Repository.Path("constitutions/everyday.yaml")),
        Prompts = await RunPrompts.Store(
            host!.Services.GetRequiredService<ArtifactStore>(),
            prompts.Select(id => new PromptRow { Split = "evaluation", Id = id, Body = Json.Of(new Prompt(id, [new("user", "Hello")])) }),
            Cancel),
    };

    private async Task<RunState> State(Guid run) => (await client.GetFromJsonAsync<RunState>($"/v1/runs/{run}", Json.Options, Cancel))!;

    private async Task<RunState> Post(Guid run, string what, object? body)
    {
        using var answer = await client.PostAsync($"/v1/runs/{run}/{what}", body is null ? null : JsonContent.Create(body, options: Json.Options), Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<RunState>(Json.Options, Cancel))!;
    }
}
