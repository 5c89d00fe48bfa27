namespace Rlaif.Storage.Tests;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-artifacts-").FullName;
    private readonly ArtifactStore store;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ArtifactStoreTests() => store = new ArtifactStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_name_is_the_hash_of_the_content_as_sha256sum_would_say_it()
    {
        var staged = Stage("a", ("b.txt", "two"), ("a/x.txt", "one"));
        // printf one > a/x.txt; printf two > b.txt; sha256sum a/x.txt b.txt | sha256sum
        Assert.Equal("1d50cba3b96ec54a4c4f792f0285e7071ed627bb6f5377ad00787a3ea6c44e19", await store.Add(staged, Cancel));
    }

    [Fact]
    public async Task The_same_content_has_the_same_name_and_is_kept_once()
    {
        var first = await store.Add(Stage("one", ("w", "123"), ("c", "4")), Cancel);
        var second = await store.Add(Stage("two", ("c", "4"), ("w", "123")), Cancel);
        Assert.Equal(first, second);
        Assert.Equal("123", await File.ReadAllTextAsync(Path.Combine(await store.Fetch(first, Cancel), "w"), Cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "staging", "only")));
    }

    [Fact]
    public async Task Other_bytes_or_another_file_name_are_another_artifact()
    {
        string[] names =
        [
            await store.AddText("s", "a", "x", Cancel), await store.AddText("s", "a", "y", Cancel), await store.AddText("s", "b", "x", Cancel),
            await store.Add(Stage("s", ("a", "x"), ("b", "")), Cancel),
        ];
        Assert.Distinct(names);
    }

    [Fact]
    public async Task What_is_half_written_is_not_there()
    {
        var staged = Stage("model", ("model.safetensors", "half"));
        var name = ArtifactStore.NameOf(staged);
        Assert.False(await store.Holds(name, Cancel));
        Assert.Contains(name, (await Assert.ThrowsAsync<DirectoryNotFoundException>(() => store.Fetch(name, Cancel))).Message, StringComparison.Ordinal);
        await store.Add(staged, Cancel);
        Assert.True(await store.Holds(name, Cancel));
    }

    [Fact]
    public void A_stage_of_the_same_name_begins_empty()
    {
        Stage("job", ("left-over", "of a killed process"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Stage("job")));
    }

    [Fact]
    public async Task Many_may_add_the_same_content_at_once()
    {
        var staged = Enumerable.Range(0, 16).Select(i => Stage($"s{i}", ("data.jsonl", new string('x', 100_000)))).ToList();
        using var start = new Barrier(staged.Count);
        var names = await Task.WhenAll(staged.Select(folder => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return store.Add(folder, Cancel);
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
        Assert.True(await store.Holds(Assert.Single(names.Distinct(StringComparer.Ordinal)), Cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "staging", "only")));
    }

    [Fact]
    public async Task Lines_are_an_artifact_and_none_are_none()
    {
        var artifact = await store.AddLines("lines", "data.jsonl", new[] { new { n = 1 }, new { n = 2 } }.ToAsyncEnumerable(), Cancel);
        Assert.Equal("{\"n\":1}\n{\"n\":2}\n", await File.ReadAllTextAsync(Path.Combine(await store.Fetch(artifact!, Cancel), "data.jsonl"), Cancel));
        Assert.Null(await store.AddLines("lines", "data.jsonl", AsyncEnumerable.Empty<int>(), Cancel));
    }

    private string Stage(string name, params (string File, string Content)[] files)
    {
        var staged = store.Stage(name);
        foreach (var (file, content) in files)
        {
            var path = Path.Combine(staged, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        return staged;
    }
}
