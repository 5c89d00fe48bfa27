namespace Rlaif.Recipes;

/// <summary>What matrix products are computed in.</summary>
public enum Precision
{
    /// <summary>f32 throughout.</summary>
    Float32,

    /// <summary>Inputs of products rounded to bf16; sums, results, weights and moments in f32.</summary>
    BFloat16,
}

/// <summary>What changes the last bits of a result besides seed and data: settings of the run, applied by every worker, never a timing.</summary>
/// <param name="Threads">Threads of the tensor library.</param>
/// <param name="Precision">Of matrix products.</param>
public sealed record Numerics(int Threads, Precision Precision)
{
    /// <summary>All processors in f32: where no recipe says anything.</summary>
    public static Numerics OfThisMachine { get; } = new(Environment.ProcessorCount, Precision.Float32);

    /// <summary>The settings of a recipe.</summary>
    public static Numerics Of(Recipe recipe) => new(recipe.Threads, recipe.Precision == "bfloat16" ? Precision.BFloat16 : Precision.Float32);
}
