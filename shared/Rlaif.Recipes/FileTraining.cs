using Rlaif.Recipes.Reading;

namespace Rlaif.Recipes;

/// <summary>A training on files, without the rounds of a run: an algorithm with the settings that it has in a recipe, and what its numbers are
/// computed with.</summary>
/// <param name="Algorithm">One of <see cref="Algorithms"/>.</param>
/// <param name="Settings">A <see cref="RewardModelRecipe"/> for <c>reward</c>, else what <see cref="OptimizationRecipe"/> has under this name.</param>
/// <param name="Numerics">Threads, precision and device.</param>
public sealed record FileTraining(string Algorithm, TrainingRecipe Settings, Numerics Numerics)
{
    /// <summary>The reward model beside the algorithms of a round.</summary>
    public const string Reward = "reward";

    private static readonly IReadOnlyList<Setting> Optimizations = Setting.Of(typeof(OptimizationRecipe));

    /// <summary>Names of what can be trained on files.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [Reward, .. Optimizations.Select(setting => setting.Key)];

    /// <summary>The algorithm as an entry of a recipe's <c>optimize</c>; null for a reward model.</summary>
    public OptimizationRecipe? Optimization => Settings is RewardModelRecipe ? null : AsOptimization(Algorithm, Settings);

    /// <summary>Reads settings that stand in no file.</summary>
    /// <param name="algorithm">One of <see cref="Algorithms"/>.</param>
    /// <param name="settings">Those that differ from the defaults, <c>key=value</c>: the keys of the algorithm's settings, and <c>threads</c>,
    /// <c>precision</c> and <c>device</c> of a recipe.</param>
    /// <param name="fastest">What precision auto is on this machine.</param>
    /// <exception cref="InputException">Settings are wrong; all errors are told at once.</exception>
    public static FileTraining Read(string algorithm, IReadOnlyList<string> settings, Func<DeviceKind, Precision>? fastest = null)
    {
        var document = new RecipeDocument(path: null, new());
        foreach (var text in settings)
        {
            RecipeOverride.Apply(document, text);
        }

        var reader = new RecipeReader(document);
        var numerics = (NumericsRecipe)reader.Record(typeof(NumericsRecipe), document.TakeOut(Setting.Of(typeof(NumericsRecipe))), "");
        var type = algorithm == Reward ? typeof(RewardModelRecipe) : Optimizations.First(setting => setting.Key == algorithm).Type;
        var read = (TrainingRecipe)reader.Record(type, document.Root, "", Setting.Of(typeof(NumericsRecipe)));
        RecipeRules.Check(document, numerics.Precision, numerics.Device);
        RecipeRules.CheckOutsideOfRounds(document, read);
        if (read is RewardModelRecipe rewardModel)
        {
            RecipeRules.Check(document, "", rewardModel);
            RecipeRules.CheckTraining(document, "", read);
        }
        else
        {
            RecipeRules.Check(document, "", AsOptimization(algorithm, read));
        }

        document.ThrowIfWrong();
        var isAuto = numerics.Precision == "auto" && fastest is not null;
        var computed = Numerics.Of(isAuto ? numerics with { Precision = nameof(Precision.Float32) } : numerics);
        return new(algorithm, read, isAuto ? computed with { Precision = fastest!(computed.Device) } : computed);
    }

    private static OptimizationRecipe AsOptimization(string algorithm, TrainingRecipe settings)
    {
        var entry = new OptimizationRecipe();
        Optimizations.First(setting => setting.Key == algorithm).Property.SetValue(entry, settings);
        return entry;
    }
}

/// <summary>What a training on files is computed with; as in <see cref="Recipe"/>.</summary>
internal sealed record NumericsRecipe
{
    [Between(1, 256, "2")]
    public int Threads { get; init; } = 2;

    [OneOf("float32", "bfloat16", "tensorfloat32", "auto")]
    public string Precision { get; init; } = "float32";

    [OneOf("cpu", "cuda")]
    public string Device { get; init; } = "cpu";
}
