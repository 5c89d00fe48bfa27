using System.Text.Json.Serialization;

namespace Rlaif.Recipes;

/// <summary>What matrix products are computed in.</summary>
public enum Precision
{
    /// <summary>f32 throughout.</summary>
    Float32,

    /// <summary>Inputs of products rounded to bf16; sums, results, weights and moments in f32.</summary>
    BFloat16,

    /// <summary>Inputs of products rounded to 10 bits of mantissa by CUDA's tensor cores; everything else in f32.</summary>
    TensorFloat32,
}

/// <summary>Where tensors lie and are computed with.</summary>
public enum DeviceKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>The first graphics card that CUDA shows (CUDA_VISIBLE_DEVICES chooses it).</summary>
    Cuda,
}

/// <summary>What changes the last bits of a result besides seed and data: settings of the run, applied by every worker, never a timing.</summary>
/// <param name="Threads">Threads of the tensor library.</param>
/// <param name="Precision">Of matrix products.</param>
/// <param name="Device">A worker that lacks it declines. The CPU is not written: manifests, and so names of artifacts, are those of before there
/// was a choice.</param>
public sealed record Numerics(
    int Threads, Precision Precision, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] DeviceKind Device = DeviceKind.Cpu)
{
    /// <summary>All processors in f32: where no recipe says anything.</summary>
    public static Numerics OfThisMachine { get; } = new(Environment.ProcessorCount, Precision.Float32);

    /// <summary>The settings of a recipe.</summary>
    /// <exception cref="InputException">Its precision is still auto.</exception>
    public static Numerics Of(Recipe recipe) => Of(recipe.Threads, recipe.Precision, recipe.Device);

    /// <summary>The same of a pretraining.</summary>
    public static Numerics Of(PretrainRecipe recipe) => Of(recipe.Threads, recipe.Precision, recipe.Device);

    internal static Numerics Of(NumericsRecipe recipe) => Of(recipe.Threads, recipe.Precision, recipe.Device);

    private static Numerics Of(int threads, string precision, string device) =>
        new(
            threads,
            Enum.TryParse<Precision>(precision, ignoreCase: true, out var named) ? named : throw new InputException(
                $"precision is {precision}, which the machine that creates a run resolves; to send a recipe as it is, write float32 or bfloat16."),
            Enum.Parse<DeviceKind>(device, ignoreCase: true));
}
