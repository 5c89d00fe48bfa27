using System.Text;
using Rlaif.Testing;

namespace Rlaif.Storage.Tests;

/// <summary>Processes that share nothing but a bucket.</summary>
public sealed class ArtifactBucketTests(SharedS3 shared) : IClassFixture<SharedS3>, IAsyncLifetime
{
    private BucketWorld world = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Doorkeeper Door => world.Door;

    private string Prefix => world.Prefix;

    public async ValueTask InitializeAsync() => world = await BucketWorld.Around(await shared.Server);

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? default;

    [Fact]
    public async Task What_one_process_adds_another_has_byte_for_byte()
    {
        var (mine, other) = (world.Process("mine"), world.Process("other"));
        var artifact = await mine.Add(BucketWorld.Stage(mine, ("config.json", "{}"), ("a/ü b+c.txt", "ü"), ("empty", "")), Cancel);
        Assert.True(await other.Holds(artifact, Cancel));
        var copy = await other.Fetch(artifact, Cancel);
        Assert.StartsWith(Path.Combine(world.Folder, "other"), copy, StringComparison.Ordinal);
        Assert.Equal(artifact, ArtifactStore.NameOf(copy));
        Door.Requests.Clear();
        Assert.Equal(copy, await other.Fetch(artifact, Cancel));
        Assert.Empty(Door.Requests);
    }

    [Fact]
    public async Task The_object_beside_an_artifact_is_what_sha256sum_says_of_its_files()
    {
        var store = world.Process("mine");
        var artifact = await store.Add(BucketWorld.Stage(store, ("b.txt", "two"), ("a/x.txt", "one")), Cancel);
        // printf one > a/x.txt; printf two > b.txt; sha256sum a/x.txt b.txt
        const string said = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a/x.txt\n" +
            "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b.txt\n";
        Assert.Equal(said, await world.Read($"{Prefix}{artifact}.sha256"));
        Assert.Equal("one", await world.Read($"{Prefix}{artifact}/a/x.txt"));
    }

    [Fact]
    public async Task A_large_file_goes_in_parts()
    {
        var store = world.Process("mine");
        var staged = store.Stage("model");
        var bytes = new byte[20 << 20];
        new Random(7).NextBytes(bytes);
        await File.WriteAllBytesAsync(Path.Combine(staged, "model.safetensors"), bytes, Cancel);
        var artifact = await store.Add(staged, Cancel);
        Assert.InRange(Door.Requests.Count(one => one.StartsWith("PUT", StringComparison.Ordinal) && one.Contains("partNumber=", StringComparison.Ordinal)), 2, 4);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(await world.Process("other").Fetch(artifact, Cancel), "model.safetensors"), Cancel));
    }

    [Fact]
    public async Task What_is_there_is_not_sent_again()
    {
        var (mine, other) = (world.Process("mine"), world.Process("other"));
        var artifact = await mine.AddText("s", "data.jsonl", "{}", Cancel);
        Door.Requests.Clear();
        Assert.Equal(artifact, await other.AddText("s", "data.jsonl", "{}", Cancel));
        Assert.DoesNotContain(Door.Requests, one => one.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/second ")]
    [InlineData(".sha256 ")]
    public async Task An_upload_that_ended_in_the_middle_was_never_there_and_the_next_mends_it(string last)
    {
        var (mine, other) = (world.Process("mine"), world.Process("other"));
        var staged = BucketWorld.Stage(mine, ("first", "1"), ("second", "2"));
        var artifact = ArtifactStore.NameOf(staged);
        Door.Refuse = asked => asked.StartsWith("PUT", StringComparison.Ordinal) && $"{asked} ".Contains(last, StringComparison.Ordinal) ? (503, "SlowDown") : null;
        Assert.True((await Assert.ThrowsAsync<BucketException>(() => mine.Add(staged, Cancel))).Passes);
        Assert.Equal("1", await world.Read($"{Prefix}{artifact}/first"));
        Assert.False(await mine.Holds(artifact, Cancel));
        Assert.False(await other.Holds(artifact, Cancel));
        Door.Refuse = _ => null;
        Assert.Equal(artifact, await mine.Add(staged, Cancel));
        Assert.Equal(artifact, ArtifactStore.NameOf(await other.Fetch(artifact, Cancel)));
    }

    [Theory]
    [InlineData("/weights")]
    [InlineData(".sha256")]
    public async Task A_wrong_byte_is_refused_by_name_and_not_kept(string suffix)
    {
        var (mine, other) = (world.Process("mine"), world.Process("other"));
        var staged = BucketWorld.Stage(mine, ("config", "{}"), ("weights", "123"));
        var artifact = await mine.Add(staged, Cancel);
        var key = $"{Prefix}{artifact}{suffix}";
        await world.Write(key, (await world.Read(key)).Replace('3', '4'));
        var error = await Assert.ThrowsAsync<BucketException>(() => other.Fetch(artifact, Cancel));
        Assert.False(error.Passes);
        Assert.All([artifact, key, PrivateS3.Bucket, "delete"], said => Assert.Contains(said, error.Message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(world.Folder, "other", artifact[..2])));
        // As the sentence says.
        await world.Delete($"{Prefix}{artifact}.sha256");
        await mine.Add(BucketWorld.Stage(mine, ("config", "{}"), ("weights", "123")), Cancel);
        Assert.Equal(artifact, ArtifactStore.NameOf(await other.Fetch(artifact, Cancel)));
    }

    [Fact]
    public async Task Another_artifact_under_this_name_is_refused_however_well_it_fits_its_own_list()
    {
        var mine = world.Process("mine");
        var (wanted, other) = (await mine.AddText("s", "data", "wanted", Cancel), await mine.AddText("s", "data", "other", Cancel));
        foreach (var suffix in new[] { "/data", ".sha256" })
        {
            await world.Write($"{Prefix}{wanted}{suffix}", await world.Read($"{Prefix}{other}{suffix}"));
        }

        Assert.Contains(wanted, (await Assert.ThrowsAsync<BucketException>(() => world.Process("third").Fetch(wanted, Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_names_a_file_elsewhere_is_refused_although_it_is_its_own_hash()
    {
        foreach (var file in new[] { "../../evil", "/evil", "a//b", "." })
        {
            var list = $"{new string('0', 64)}  {file}\n";
            var artifact = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(list)));
            await world.Write($"{Prefix}{artifact}.sha256", list);
            Assert.Contains("damaged", (await Assert.ThrowsAsync<BucketException>(() => world.Process("mine").Fetch(artifact, Cancel))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_may_add_and_fetch_the_same_at_once_and_it_is_downloaded_once()
    {
        var stores = Enumerable.Range(0, 4).Select(i => world.Process($"p{i}")).ToList();
        var artifact = Assert.Single((await Task.WhenAll(stores.Select(store => store.AddText("s", "data", new string('x', 100_000), Cancel)))).Distinct());
        var other = world.Process("other");
        Door.Requests.Clear();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => other.Fetch(artifact, Cancel)));
        Assert.Single(Door.Requests, one => one.EndsWith("/data", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_in_neither_place()
    {
        var store = world.Process("mine");
        var name = new string('a', 64);
        Assert.False(await store.Holds(name, Cancel));
        var error = await Assert.ThrowsAsync<DirectoryNotFoundException>(() => store.Fetch(name, Cancel));
        Assert.All([name, Path.Combine(world.Folder, "mine"), PrivateS3.Bucket], said => Assert.Contains(said, error.Message, StringComparison.Ordinal));
        Door.Requests.Clear();
        Assert.False(await store.Holds("../secrets", Cancel));
        Assert.Empty(Door.Requests);
    }
}
