using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>REINFORCE with leave-one-out baselines.</summary>
internal sealed record RlooAlgorithm(RlooRecipe Settings) : GroupAlgorithm("rloo", Settings)
{
    public override bool NeedsReference => Settings.Beta > 0;

    public override bool ClipsResponses => true;

    // The penalty belongs to the rollout: it is taken before the first step.
    public override bool NeedsOld => NeedsReference || base.NeedsOld;

    public override Tensor Advantages(Tensor rewards, Tensor? kl) =>
        LeaveOneOut.Of(kl is null ? rewards : LeaveOneOut.Penalised(rewards, kl, Settings.Beta), Settings.Samples, Settings.Normalise);

    public override PolicyLoss Loss(GrpoBatch batch, GrpoWindow window) =>
        RlooLoss.Of(batch.LogProbs, batch.Old, batch.Advantages, batch.Mask, Clip, window.Rows);
}
