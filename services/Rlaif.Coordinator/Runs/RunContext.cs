using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Runs;

/// <summary>What a stage needs to know of its run. Nothing of it changes after the run was created.</summary>
internal sealed record RunContext(RunRow Row, Recipe Recipe, Constitution Constitution)
{
    public Guid Id => Row.Id;

    public static RunContext Of(RunRow row) =>
        new(row, Json.Read<Recipe>(row.Recipe), Constitution.Parse(row.Constitution, $"the constitution of run {RlaifId.Short(row.Id)}"));

    /// <summary>Pools whose votes count, in a fixed order.</summary>
    public IReadOnlyList<string> SettlingPools => Pools("settle");

    /// <summary>Pools that are asked and compared, and do not count.</summary>
    public IReadOnlyList<string> ShadowPools => Pools("shadow");

    private IReadOnlyList<string> Pools(string role) =>
        [.. Recipe.Labelers.Where(labeler => labeler.Value == role).Select(labeler => labeler.Key).Order(StringComparer.Ordinal)];
}
