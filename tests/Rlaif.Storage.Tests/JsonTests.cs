using System.Text.Json;
using Rlaif.Contracts;

namespace Rlaif.Storage.Tests;

public class JsonTests
{
    private static readonly IReadOnlyList<Type> Records =
        [.. typeof(RlaifId).Assembly.GetExportedTypes().Where(type => type.GetMethod("<Clone>$") is not null)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_contract_record_comes_back_as_it_was_stored(bool full)
    {
        Assert.True(Records.Count >= 30);
        Assert.All(Records, type =>
        {
            var record = new Samples(full).Of(type);
            var stored = JsonSerializer.Serialize(record, type, Json.Options);
            var read = JsonSerializer.Deserialize(stored, type, Json.Options)!;
            Assert.Equivalent(record, read, strict: true);
            Assert.Equal(stored, JsonSerializer.Serialize(read, type, Json.Options));
        });
    }

    [Fact]
    public void Enumerations_are_stored_by_name_and_nothing_is_stored_for_nothing() =>
        Assert.Equal("""{"principle":"kind","notApplicable":false,"failure":"noVerdict"}""", Json.Of(new Vote { Principle = "kind", Failure = FailureKind.NoVerdict }));

    [Fact]
    public void A_stored_null_is_an_error_that_says_what_it_should_have_been() =>
        Assert.Contains(nameof(Vote), Assert.Throws<InvalidDataException>(() => Json.Read<Vote>("null")).Message, StringComparison.Ordinal);
}
