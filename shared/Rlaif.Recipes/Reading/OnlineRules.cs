using System.Globalization;

namespace Rlaif.Recipes.Reading;

/// <summary>What the settings of an algorithm that samples itself say together. A setting that would play no part is refused: whoever wrote it expects
/// something of it.</summary>
internal static class OnlineRules
{
    /// <param name="place">The group that they stand in; empty: none.</param>
    public static void Check(RecipeDocument document, string place, OptimizationRecipe one)
    {
        if (one.Online?.Rewards is { } rewards)
        {
            Check(document, $"{place}.rewards", rewards);
            CheckJudge(document, $"{place}.rewards.judge", rewards, one);
        }

        if (one.Online is { NeedsRewardModel: false } own)
        {
            CheckNoRewardModel(document, place, own);
        }

        if (one.Online is GroupRecipe { MaxStaleness: 0, Importance: not null })
        {
            document.Wrong($"{place}.importance", "plays no part where the policy itself samples what it learns from; set maxStaleness to 1 or more, or leave it out.");
        }

        if (one.Online is { MaxStaleness: > 0 and var stale } online)
        {
            CheckStale(document, place, online, stale);
        }

        switch (one)
        {
            case { Ppo: { } ppo }:
                CheckPenalty(document, place, ppo);
                CheckSteps(document, place, ppo, ppo is { RolloutEpochs: 1, Minibatches: 1 }, "rolloutEpochs or minibatches");
                break;
            case { Grpo: { } grpo }:
                Check(document, place, grpo);
                CheckSteps(document, place, grpo, grpo.Iterations == 1, "iterations");
                CheckDistance(document, place, grpo, grpo.Beta > 0);
                break;
            case { Rloo: { } rloo }:
                CheckSteps(document, place, rloo, rloo.Iterations == 1, "iterations");
                CheckDistance(document, place, rloo, rloo.Beta > 0);
                if (rloo.Importance is { Level: "token" })
                {
                    document.Wrong($"{place}.importance.level", "is token, and in rloo a response is one action; write sequence, or leave it out.");
                }

                break;
            case { ReinforcePlusPlus: { } reinforce }:
                Check(document, place, reinforce);
                CheckSteps(document, place, reinforce, reinforce.Iterations == 1, "iterations");
                CheckDistance(document, place, reinforce, reinforce.Beta > 0);
                break;
            case { BestOfN: { } best }:
                CheckNoRatio(document, place, best);
                if (best.Guards is { MaxKl: { } most })
                {
                    document.Wrong($"{place}.guards.maxKl", FormattableString.Invariant($"is {most}, which plays no part: supervised training has no reference."));
                }

                break;
            case { OnlineDpo: { } pairs }:
                CheckNoRatio(document, place, pairs);
                break;
        }
    }

    private static void Check(RecipeDocument document, string place, RewardsRecipe rewards)
    {
        if (rewards is { RewardModel: 0, Rules: 0, Answer: 0, Judge: 0 })
        {
            document.Wrong(place, $"{(rewards.Length > 0 ? "has length alone, which says nothing of what is said" : "gives nothing a weight")}; write rewardModel, rules, answer or judge and a weight, for example {{rules: 1}}.");
        }

        if (rewards.ShortestTokens > rewards.LongestTokens)
        {
            document.Wrong($"{place}.shortestTokens", $"is {rewards.ShortestTokens}; it must be at most longestTokens, {rewards.LongestTokens}.");
        }

        if (rewards.Length == 0)
        {
            var defaults = new RewardsRecipe();
            document.Unused($"{place}.shortestTokens", rewards.ShortestTokens, defaults.ShortestTokens, "without length");
            document.Unused($"{place}.longestTokens", rewards.LongestTokens, defaults.LongestTokens, "without length");
        }
    }

    // A judge says which of two is better, so a response needs a sibling.
    private static void CheckJudge(RecipeDocument document, string path, RewardsRecipe rewards, OptimizationRecipe one)
    {
        var lacks = one switch
        {
            { Ppo: not null } => "of which ppo samples one; take grpo or rloo, or train a reward model on the judge's labels (rewardModel)",
            { ReinforcePlusPlus.Samples: 1 } => "of which there is one; set samples to 2 or more",
            { ReinforcePlusPlus.Baseline: "greedy" } => "and the greedy response of the baseline has no sibling; set baseline to group or none",
            _ => null,
        };
        if (rewards.Judge > 0 && lacks is not null)
        {
            document.Wrong(path, $"compares the responses to a prompt with each other, {lacks}.");
        }
    }

    private static void CheckNoRewardModel(RecipeDocument document, string place, OnlineRecipe online)
    {
        const string why = "plays no part where rewards name no rewardModel; leave it out.";
        if (online.NormaliseRewards)
        {
            document.Wrong($"{place}.normaliseRewards", why);
        }

        if (online.Pessimism is not null)
        {
            document.Wrong($"{place}.pessimism", why);
        }
    }

    // The penalty is multiplied by 1 ± 0.2 · batch / horizon: it must begin somewhere, and stay above 0.
    private static void CheckPenalty(RecipeDocument document, string path, PpoRecipe ppo)
    {
        if (ppo is { Beta: 0, KlEstimator: { } estimator })
        {
            document.Wrong($"{path}.klEstimator", $"is {estimator}, which plays no part in a penalty of 0; set beta above 0, or leave it out.");
        }

        if (ppo.KlTarget == 0)
        {
            document.Unused($"{path}.klHorizon", ppo.KlHorizon, new PpoRecipe().KlHorizon, "without klTarget");
            return;
        }

        if (ppo.Beta == 0)
        {
            document.Wrong($"{path}.klTarget", "moves a penalty that is 0 and stays it; set beta above 0, for example 0.05.");
        }

        if (ppo.KlHorizon <= 0.2 * ppo.Batch)
        {
            document.Wrong($"{path}.klHorizon", FormattableString.Invariant($"is {ppo.KlHorizon}; with batch {ppo.Batch} it must be above {0.2 * ppo.Batch}."));
        }
    }

    // Of what an older policy sampled, the log-ratio of the newer one says how far the older one was away, and less the further the newer one has gone.
    private static void CheckStale(RecipeDocument document, string path, OnlineRecipe online, int stale)
    {
        const string why = "is measured on the policy's own samples, and with maxStaleness {0} an older one samples; leave one of the two out, or take alarm.mostKl.";
        if (online.Guards is { MaxKl: not null })
        {
            document.Wrong($"{path}.guards.maxKl", string.Format(CultureInfo.InvariantCulture, why, stale));
        }

        if (online is PpoRecipe { KlTarget: > 0 })
        {
            document.Wrong($"{path}.klTarget", string.Format(CultureInfo.InvariantCulture, why, stale));
        }
    }

    private static void Check(RecipeDocument document, string path, GrpoRecipe grpo)
    {
        var defaults = new GrpoRecipe();
        if (grpo.Loss != "cispo")
        {
            document.Unused($"{path}.cispoCap", grpo.CispoCap, defaults.CispoCap, $"in {grpo.Loss}; it is for cispo");
        }

        if (grpo.Loss is "cispo" or "sapo" or "vespo")
        {
            document.Unused($"{path}.clipLow", grpo.ClipLow, defaults.ClipLow, $"in {grpo.Loss}, which does not clip");
            document.Unused($"{path}.clipHigh", grpo.ClipHigh, defaults.ClipHigh, $"in {grpo.Loss}, which does not clip");
        }

        if (grpo.Scale == "each")
        {
            CheckEach(document, path, grpo);
        }

        if (grpo.Loss == "vespo" && grpo.Ratio == "sequence")
        {
            document.Wrong($"{path}.ratio", "is sequence, which plays no part in vespo: it weighs responses by a ratio of its own.");
        }
    }

    private static void CheckEach(RecipeDocument document, string path, GrpoRecipe grpo)
    {
        if (grpo.Rewards?.Weights.Count(weight => weight > 0) is not > 1)
        {
            document.Wrong($"{path}.scale", "is each, which scales several sources of rewards apart; name two or more under rewards, or write group.");
        }

        if (grpo.MissingEndPenalty > 0)
        {
            document.Wrong($"{path}.missingEndPenalty", FormattableString.Invariant(
                $"is {grpo.MissingEndPenalty} in the unit of rewards, which scale: each takes away; leave it out (maskTruncated: true leaves such responses out of the loss)."));
        }
    }

    private static void Check(RecipeDocument document, string path, ReinforcePlusPlusRecipe reinforce)
    {
        if (reinforce is { Baseline: "group", Samples: 1 })
        {
            document.Wrong($"{path}.baseline", "is group, the mean of a prompt's responses, of which there is one; set samples to 2 or more, or baseline to greedy.");
        }
    }

    private static void CheckSteps(RecipeDocument document, string path, OnlineRecipe online, bool isOneStep, string steps)
    {
        foreach (var (name, value) in isOneStep ? OfSteps(online) : [])
        {
            document.Wrong($"{path}.guards.{name}", FormattableString.Invariant(
                $"is {value}, which plays no part with one step on each batch of responses: the policy is the one that sampled; set {steps} above 1."));
        }
    }

    private static void CheckDistance(RecipeDocument document, string path, OnlineRecipe online, bool hasReference)
    {
        if (!hasReference && online.Guards is { MaxKl: { } most })
        {
            document.Wrong($"{path}.guards.maxKl", FormattableString.Invariant($"is {most}, but with beta 0 there is no reference to be away from; set beta above 0."));
        }
    }

    private static void CheckNoRatio(RecipeDocument document, string path, GroupRecipe group)
    {
        var defaults = new GrpoRecipe();
        const string why = "where nothing has a ratio to the policy that sampled";
        document.Unused($"{path}.clipLow", group.ClipLow, defaults.ClipLow, why);
        document.Unused($"{path}.clipHigh", group.ClipHigh, defaults.ClipHigh, why);
        foreach (var (name, value) in OfSteps(group))
        {
            document.Wrong($"{path}.guards.{name}", FormattableString.Invariant($"is {value}, which plays no part {why}."));
        }

        if (group is { MaxStaleness: > 0, Importance: not null })
        {
            document.Wrong($"{path}.importance", $"plays no part {why}; leave it out.");
        }
    }

    private static IEnumerable<(string Name, double Value)> OfSteps(OnlineRecipe online) =>
        new[] { ("maxRatio", online.Guards?.MaxRatio), ("maxStepKl", online.Guards?.MaxStepKl) }.Where(one => one.Item2 is not null).Select(one => (one.Item1, one.Item2!.Value));
}
