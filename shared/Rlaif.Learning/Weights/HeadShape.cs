using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>What attention asks of a shape, whichever kind of file it was read from.</summary>
internal static class HeadShape
{
    /// <exception cref="InputException">Query heads do not share key/value heads evenly, or a head has no two halves to rotate.</exception>
    public static ModelConfig Checked(ModelConfig config, string path) =>
        config.Heads % config.KeyValueHeads == 0 && config.HeadDim > 0 && config.HeadDim % 2 == 0 ? config : throw new InputException(
            $"{path} has {config.Heads} attention heads on {config.KeyValueHeads} key/value heads of width {config.HeadDim}; they must divide evenly.");
}
