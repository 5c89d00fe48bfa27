namespace Rlaif.Learning.Adapters;

/// <summary>Which modules an adapter changes, and how: adapter_config.json of PEFT.</summary>
internal sealed record AdapterConfig
{
    /// <summary>r: columns of B and rows of A.</summary>
    public required int Rank { get; init; }

    /// <summary>The pair counts alpha / rank.</summary>
    public required double Alpha { get; init; }

    /// <summary>The pair counts alpha / √rank (rsLoRA, Kalajdzievski 2023).</summary>
    public bool RankStabilised { get; init; }

    /// <summary>Every output unit has a magnitude of its own (DoRA, Liu et al. 2024).</summary>
    public bool Dora { get; init; }

    /// <summary>Modules with a pair; null: all projections of the layers.</summary>
    public ModuleNames? Targets { get; init; }

    /// <summary>Those of them without one.</summary>
    public ModuleNames? Excluded { get; init; }

    /// <summary>Layers with pairs; empty: all. Only beside a list of targets.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>The ranks of single modules, by patterns of their names.</summary>
    public IReadOnlyDictionary<string, double> Ranks { get; init; } = new Dictionary<string, double>();

    /// <summary>The alphas of single modules, by patterns of their names.</summary>
    public IReadOnlyDictionary<string, double> Alphas { get; init; } = new Dictionary<string, double>();

    /// <summary>Modules whose weights are replaced whole, by the ends of their names.</summary>
    public IReadOnlyList<string> Saved { get; init; } = [];

    /// <summary>Columns of a module's B.</summary>
    public int RankOf(string module) => (int)ModuleNames.Of(Ranks, module, Rank);

    /// <summary>What a module's B A is multiplied by.</summary>
    public double ScaleOf(string module)
    {
        var (alpha, rank) = (ModuleNames.Of(Alphas, module, Alpha), RankOf(module));
        return alpha / (RankStabilised ? Math.Sqrt(rank) : rank);
    }

    /// <summary>Whether a module of that name, or one that it belongs to, is replaced whole.</summary>
    public bool IsSaved(string module) => Saved.Any(saved => $".{module}.".Contains($".{saved}.", StringComparison.Ordinal));

    /// <summary>Whether a module of that name, a matrix, has a pair.</summary>
    public bool IsTarget(string module)
    {
        if (Excluded?.Name(module) == true || IsSaved(module))
        {
            return false;
        }

        return Targets is null ? module.StartsWith("model.layers.", StringComparison.Ordinal)
            : Targets.Name(module) && (Layers.Count == 0 || Targets.Pattern is not null || Layers.Any(layer => module.StartsWith($"model.layers.{layer}.", StringComparison.Ordinal)));
    }
}
