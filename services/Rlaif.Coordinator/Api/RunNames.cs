using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>Finds the run that somebody means by the beginning of its id, as lists show it.</summary>
public sealed class RunNames(RunTables runs)
{
    /// <exception cref="KeyNotFoundException">No run, or more than one, begins so.</exception>
    public async Task<Guid> Find(string named, CancellationToken cancel)
    {
        var prefix = named.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        var all = await runs.Ids(cancel);
        var found = all.Where(id => prefix.Length > 0 && id.ToString("N").StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var one] => one,
            [] => throw new KeyNotFoundException($"There is no run {named}; {(all.Count == 0 ? "there is none yet" : "`rlaif runs` lists them")}."),
            _ => throw new KeyNotFoundException($"{named} begins {found.Count} runs ({string.Join(", ", found.Select(RlaifId.Short))}); type more of it."),
        };
    }
}
