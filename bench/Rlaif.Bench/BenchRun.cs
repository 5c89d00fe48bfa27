using Dapper;
using Npgsql;
using Rlaif.Cli.Running;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>A deployment of its own for one benchmark, and a run in it whose responses are made up.</summary>
internal sealed class BenchRun : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-bench-").FullName;

    private BenchRun(BrokerSettings broker, string connectionString)
    {
        Deployment = new(new(folder), "bench", broker, connectionString, new($"http://127.0.0.1:{PrivateServers.FreePorts(1)}"), TimeSpan.FromMinutes(1));
        Database = Deployment.Open();
    }

    public Deployment Deployment { get; }

    public Database Database { get; }

    public static async Task<BenchRun> Create(PrivateServers servers, string name)
    {
        var run = new BenchRun(new(new(await servers.NewVirtualHost(name)), "guest", "guest"), await servers.NewDatabase(name));
        await RlaifHost.Prepare(run.Deployment, AllServices.Modules, default);
        return run;
    }

    /// <summary>The quickstart's recipe with some settings of its own.</summary>
    public static Recipe Recipe(params string[] settings) => RecipeFile.Read(Repository.Path("recipes/quickstart.yaml"), settings);

    /// <summary>A run that nobody works for until it is resumed.</summary>
    public async Task<Guid> CreatePaused(string name, Recipe recipe)
    {
        var (runs, id) = (new RunTables(Database), RlaifId.Of(name));
        var row = new RunRow
        {
            Id = id, Name = name, Recipe = Json.Of(recipe), StartPolicy = new('a', 64), ConstitutionSha256 = "", CreatedAt = TimeProvider.System.GetUtcNow(),
            Constitution = await File.ReadAllTextAsync(Repository.Path("constitutions/everyday.yaml")),
        };
        await runs.Create(row, AsyncEnumerable.Empty<PromptRow>(), default);
        await runs.Pause(RlaifId.Of(name, "paused"), id, "It is prepared.", TimeProvider.System.GetUtcNow(), default);
        return id;
    }

    public async Task<long> Count(string sql, object? values = null)
    {
        await using var connection = new NpgsqlConnection(Deployment.ConnectionString);
        return await connection.ExecuteScalarAsync<long>(sql, values);
    }

    public async Task Execute(string sql, object? values = null)
    {
        await using var connection = new NpgsqlConnection(Deployment.ConnectionString);
        await connection.ExecuteAsync(sql, values, commandTimeout: 600);
    }

    /// <summary>Returns when a count has come so far; what it was at each look, with the seconds since the first.</summary>
    public async Task<IReadOnlyList<(double Seconds, long Count)>> Watch(string sql, object values, long end, TimeSpan glance)
    {
        var looks = new List<(double Seconds, long Count)>();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (looks.Count == 0 || looks[^1].Count < end)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(20))
            {
                throw new TimeoutException($"{sql}: {looks[^1].Count} of {end} after {watch.Elapsed}.");
            }

            var count = await Count(sql, values);
            looks.Add((watch.Elapsed.TotalSeconds, count));
            await Task.Delay(glance);
        }

        return looks;
    }

    /// <summary>Answers every open command of the run's last stage with made-up responses, without a model.</summary>
    public Task Respond(Guid run, string stage, int samples) => Execute(
        """
        insert into response (id, run_id, round, purpose, prompt_id, sample, policy, text, ended, tokens, log_prob)
        select md5(prompt.id || ' ' || sample || ' ' || prompt.split)::uuid, prompt.run_id, prompt.round, case prompt.split when 'train' then 'Preference' else 'Evaluation' end,
               prompt.id, sample, 'made up', case sample when 0 then 'Yes. It is 4.' else 'Sure! Sure! That is a great question. Let me think about it for a while.' end,
               sample = 0, '[5,6,7]', -1
        from prompt, generate_series(0, @samples - 1) as sample
        where prompt.run_id = @run and prompt.split = case @stage when 'responses' then 'train' else 'evaluation' end;
        insert into prompt_tokens (run_id, prompt_id, tokens)
        select run_id, id, '[1,2,3,4]' from prompt where run_id = @run on conflict do nothing;
        insert into outcome (command_id, run_id, round, stage, result, finished_at)
        select id, run_id, round, stage, '{}', now() from command where run_id = @run and stage = @stage;
        update command set done = true where run_id = @run and stage = @stage;
        """,
        new { run, stage, samples });

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
