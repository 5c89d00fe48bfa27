using System.Collections.Concurrent;

namespace Rlaif.Feedback.Checks;

/// <summary>What was made from a text before. A process meets the checks and patterns of a few constitutions and prompt files;
/// texts beyond the bound are made anew each time, so that nobody fills the memory with them.</summary>
internal sealed class Memo<T>(Func<string, T> make, int most = 4096)
{
    private readonly ConcurrentDictionary<string, T> _known = new(StringComparer.Ordinal);

    public T this[string text] => _known.TryGetValue(text, out var known) ? known : _known.Count < most ? _known.GetOrAdd(text, make) : make(text);
}
