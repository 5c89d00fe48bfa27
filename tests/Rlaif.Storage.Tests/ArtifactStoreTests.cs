namespace Rlaif.Storage.Tests;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-artifacts-").FullName;
    private readonly ArtifactStore store;

    public ArtifactStoreTests() => store = new ArtifactStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_name_is_the_hash_of_the_content_as_sha256sum_would_say_it()
    {
        var staged = Stage("a", ("b.txt", "two"), ("a/x.txt", "one"));
        // printf one > a/x.txt; printf two > b.txt; sha256sum a/x.txt b.txt | sha256sum
        Assert.Equal("1d50cba3b96ec54a4c4f792f0285e7071ed627bb6f5377ad00787a3ea6c44e19", store.Add(staged));
    }

    [Fact]
    public void The_same_content_has_the_same_name_and_is_kept_once()
    {
        var first = store.Add(Stage("one", ("w", "123"), ("c", "4")));
        var second = store.Add(Stage("two", ("c", "4"), ("w", "123")));
        Assert.Equal(first, second);
        Assert.Equal("123", File.ReadAllText(Path.Combine(store.PathOf(first), "w")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "staging", "only")));
    }

    [Fact]
    public void Other_bytes_or_another_file_name_are_another_artifact()
    {
        string[] names = [store.AddText("s", "a", "x"), store.AddText("s", "a", "y"), store.AddText("s", "b", "x"), store.Add(Stage("s", ("a", "x"), ("b", "")))];
        Assert.Distinct(names);
    }

    [Fact]
    public void What_is_half_written_is_not_there()
    {
        var staged = Stage("model", ("model.safetensors", "half"));
        var name = ArtifactStore.NameOf(staged);
        Assert.False(store.Holds(name));
        Assert.Contains(name, Assert.Throws<DirectoryNotFoundException>(() => store.PathOf(name)).Message, StringComparison.Ordinal);
        store.Add(staged);
        Assert.True(store.Holds(name));
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
                return store.Add(folder);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.True(store.Holds(Assert.Single(names.Distinct(StringComparer.Ordinal))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "staging", "only")));
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
