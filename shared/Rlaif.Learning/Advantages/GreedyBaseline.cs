using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>A response against the greedy one to its prompt (ReMax): one more response, and no critic.</summary>
/// <remarks>A = r(y) - r(argmax). Li et al. 2024.</remarks>
public static class GreedyBaseline
{
    /// <param name="rewards">[prompts · size], responses to a prompt adjacent, NaN where there is none.</param>
    /// <param name="greedy">Reward of each prompt's greedy response, [prompts], NaN where there is none.</param>
    /// <returns>[prompts · size]; 0 where either reward is missing.</returns>
    public static Tensor Of(Tensor rewards, Tensor greedy)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        ArgumentNullException.ThrowIfNull(greedy);
        return (rewards.view(greedy.shape[0], -1) - greedy.unsqueeze(-1)).reshape(-1).nan_to_num(0);
    }
}
