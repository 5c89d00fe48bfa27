namespace Rlaif.Recipes.Reading;

/// <summary>What no single setting can say of itself.</summary>
internal static class RecipeRules
{
    private static readonly IReadOnlyList<Setting> Algorithms = Setting.Of(typeof(OptimizationRecipe));
    private static readonly IReadOnlyList<string> OfMargins = ["sigmoid", "sigmoidPerToken", "robust", "hinge", "ipo", "ipoPerSequence", "exo", "discopop"];
    private static readonly IReadOnlyList<string> Smoothed = ["sigmoid", "robust", "exo", "aot", "aotUnpaired"];
    private static readonly string AlgorithmNames = Written.Either([.. Algorithms.Select(s => s.Key)]);

    // Members may be unset here although they are required: then they are among the errors already.
    public static void Check(RecipeDocument document, Recipe recipe)
    {
        if (recipe.Labelers?.Values.Contains("settle", StringComparer.Ordinal) == false)
        {
            document.Wrong("labelers", "has nobody who settles; write settle behind at least one, for example rules: settle.");
        }

        foreach (var pool in recipe.Labelers?.Keys.Where(pool => !pool.All(IsPoolCharacter)) ?? [])
        {
            document.Wrong($"labelers.{pool}", "is not the name of a pool; use lower-case letters, digits and hyphens.");
        }

        if (recipe.Optimize is { Count: 0 })
        {
            document.Wrong("optimize", $"is empty; name at least one of {AlgorithmNames}.");
        }

        for (var i = 0; i < (recipe.Optimize?.Count ?? 0); i++)
        {
            var named = Algorithms.Where(s => s.Property.GetValue(recipe.Optimize![i]) is not null).Select(s => s.Key).ToList();
            if (named.Count != 1)
            {
                document.Wrong($"optimize.{i}", named.Count == 0 ? $"names no algorithm; it must be {AlgorithmNames}."
                    : $"names {string.Join(" and ", named)}; each algorithm is an entry of its own, in their order.");
            }
        }

        CheckTraining(document, "rewardModel", recipe.RewardModel);
        for (var i = 0; i < (recipe.Optimize?.Count ?? 0); i++)
        {
            Check(document, $"optimize.{i}.{recipe.Optimize![i].Algorithm}", recipe.Optimize[i]);
            CheckRewards(document, $"optimize.{i}.{recipe.Optimize[i].Algorithm}", recipe.Optimize[i].Online, recipe.RewardModel);
        }

        Check(document, "rewardModel", recipe.RewardModel);
        Check(document, recipe.Precision, recipe.Device);
        if (recipe.Prompts is { Balance: false, Boost.Count: > 0 })
        {
            document.Wrong("prompts.boost", "counts only when prompts are drawn by tag; set prompts.balance to true.");
        }

        if (recipe.Judge.Endpoint is { } endpoint
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            document.Wrong("judge.endpoint", $"is {Written.Short(endpoint)}; it must be an http or https address up to and including /v1.");
        }
    }

    /// <summary>What the settings of one algorithm say together.</summary>
    /// <param name="place">The group that they stand in; empty: none.</param>
    public static void Check(RecipeDocument document, string place, OptimizationRecipe one)
    {
        CheckTraining(document, place, Algorithms.Select(algorithm => algorithm.Property.GetValue(one)).OfType<TrainingRecipe>().FirstOrDefault());
        if (one.Dpo is { Variant: not null } dpo)
        {
            Check(document, place, dpo);
        }

        if (one.Sft is { Dft: true, LabelSmoothing: > 0 })
        {
            document.Wrong($"{place}.labelSmoothing", "spreads what dft takes from the token itself; set one of them.");
        }

        OnlineRules.Check(document, place, one);
    }

    /// <summary>What the settings of a reward model say together.</summary>
    /// <param name="place">The group that they stand in; empty: none.</param>
    public static void Check(RecipeDocument document, string place, RewardModelRecipe recipe)
    {
        if (recipe is { Classifier: true } classifier
            && (classifier.Margin is not null ? "margin" : classifier.Ties is not null ? "ties" : classifier.PrincipleHeads ? "principleHeads" : null) is { } ofPairs)
        {
            document.Wrong($"{place}.{ofPairs}", "is about pairs, and a classifier learns responses on their own; leave out one of the two.");
        }

        if (recipe is { Margin: not null, Ties: { } ties })
        {
            document.Wrong($"{place}.margin", $"has no part in {ties}, which has a threshold of its own; leave out one of the two.");
        }
    }

    // What rewards are made of must be there: a run trains its reward model itself.
    private static void CheckRewards(RecipeDocument document, string place, OnlineRecipe? online, RewardModelRecipe rewardModel)
    {
        if (online is not { NeedsRewardModel: true })
        {
            return;
        }

        if (online.Pessimism is not null && rewardModel.Members is null)
        {
            document.Wrong($"{place}.pessimism", "subtracts what the members of an ensemble disagree, and there is one reward model; set rewardModel.members, Coste et al. have 5.");
        }

        if (online.NormaliseRewards && !rewardModel.StoreScale)
        {
            document.Wrong($"{place}.normaliseRewards", "divides by a scale that the reward model does not store; set rewardModel.storeScale to true.");
        }
    }

    /// <summary>Settings that only the rounds of a run make something of.</summary>
    public static void CheckOutsideOfRounds(RecipeDocument document, TrainingRecipe recipe)
    {
        foreach (var setting in new[] { "maxPairs", "replay" }.Where(document.Names))
        {
            document.Wrong(setting, "chooses among the pairs of a run's rounds; a training on files takes every row, so leave it out.");
        }

        void Refuse(bool isAsked, string setting, string what)
        {
            if (isAsked)
            {
                document.Wrong(setting, $"{what}; leave it out.");
            }
        }

        var online = recipe as OnlineRecipe;
        Refuse(online?.Alarm is not null, "alarm", "pauses a run, and a training on files is none");
        Refuse(online?.Rewards is { Judge: > 0 }, "rewards.judge", "asks the judge of a run, and a training on files has none");
        Refuse(online is PpoRecipe { KeepCritic: true }, "keepCritic", "is about a run's next round, and a training on files has none");
    }

    /// <summary>What the settings say together that all trainings have.</summary>
    /// <param name="place">The group that they stand in; empty: none.</param>
    public static void CheckTraining(RecipeDocument document, string place, TrainingRecipe? recipe)
    {
        if (recipe is { DecayShare: not null } && !recipe.Schedule.StartsWith("stable", StringComparison.Ordinal))
        {
            document.Wrong($"{place}.decayShare", $"plays no part where the schedule is {recipe.Schedule}; take stableLinear, stableCosine or stableRoot, or leave it out.");
        }

        var lora = recipe?.Lora;
        if (lora?.TargetModules is { Count: 0 })
        {
            document.Wrong($"{place}.lora.targetModules", "is empty, so nothing would be trained; leave it out for all projections, or name some, for example [q_proj, v_proj].");
        }

        if (lora?.TargetModules?.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key is { } twice)
        {
            document.Wrong($"{place}.lora.targetModules", $"names {twice} twice.");
        }
    }

    public static void Check(RecipeDocument document, PretrainRecipe recipe)
    {
        Check(document, recipe.Precision, recipe.Device);
        if (recipe.Heads % recipe.KeyValueHeads != 0)
        {
            document.Wrong("keyValueHeads", $"is {recipe.KeyValueHeads}; it must divide heads, {recipe.Heads}.");
        }

        if (recipe.HiddenSize % recipe.Heads != 0)
        {
            document.Wrong("heads", $"is {recipe.Heads}; it must divide hiddenSize, {recipe.HiddenSize}.");
        }
        else if (recipe.HiddenSize / recipe.Heads % 2 != 0)
        {
            document.Wrong(
                "heads", $"is {recipe.Heads}, which makes heads of width {recipe.HiddenSize / recipe.Heads}; rotary positions need an even width.");
        }
    }

    private static void Check(RecipeDocument document, string path, DpoRecipe dpo)
    {
        var variant = dpo.Variant!;
        var named = variant.Mixture is null ? $"{path}.variant.loss" : $"{path}.variant.mixture";
        CheckMixture(document, $"{path}.variant", variant);
        CheckUnused(document, $"{path}.variant", variant);
        if (variant.Names.Contains("exo", StringComparer.Ordinal) && variant.LabelSmoothing == 0)
        {
            document.Wrong(named, $"{(variant.Mixture is null ? "is" : "has")} exo, which is infinite without smoothing; set variant.labelSmoothing, TRL has 0.001.");
        }

        if (variant.Names.FirstOrDefault(name => name is "aot" or "aotUnpaired") is { } sorted)
        {
            if (dpo.MicroBatch > 0)
            {
                document.Wrong($"{path}.microBatch", $"is {dpo.MicroBatch}; {sorted} sorts the whole batch, so it must be 0.");
            }

            if (variant.Wpo)
            {
                document.Wrong($"{path}.variant.wpo", $"weighs pairs, and {sorted} has none left to weigh once it has sorted the batch.");
            }
        }

        if (variant.Divergence != "reverseKl" && !variant.Names.Any(name => OfMargins.Contains(name, StringComparer.Ordinal)))
        {
            document.Wrong($"{path}.variant.divergence",
                $"is {variant.Divergence}, which plays no part in {string.Join(" and ", variant.Names)}; it is for {Written.Either(OfMargins)}.");
        }
    }

    private static void CheckUnused(RecipeDocument document, string path, VariantRecipe variant)
    {
        var (defaults, losses) = (new VariantRecipe(), $"in {string.Join(" and ", variant.Names)}");
        if (!variant.Names.Any(name => Smoothed.Contains(name, StringComparer.Ordinal)))
        {
            document.Unused($"{path}.labelSmoothing", variant.LabelSmoothing, defaults.LabelSmoothing, $"{losses}; it is for {Written.Either(Smoothed)}");
        }

        if (variant.Divergence != "alpha")
        {
            document.Unused($"{path}.alpha", variant.Alpha, defaults.Alpha, "without divergence: alpha");
        }

        if (!variant.Names.Contains("discopop", StringComparer.Ordinal))
        {
            document.Unused($"{path}.discopopTemperature", variant.DiscopopTemperature, defaults.DiscopopTemperature, $"{losses}; it is for discopop");
        }
    }

    private static void CheckMixture(RecipeDocument document, string path, VariantRecipe variant)
    {
        if (variant.Mixture is not { } mixture)
        {
            return;
        }

        IReadOnlyList<string> known = [.. Setting.Of(typeof(VariantRecipe)).First(s => s.Property.Name == nameof(VariantRecipe.Loss)).Words!, .. VariantRecipe.Likelihoods];
        foreach (var unknown in mixture.Keys.Where(name => !known.Contains(name, StringComparer.Ordinal)))
        {
            document.Wrong($"{path}.mixture.{unknown}", $"is not a loss; {(Nearest.Of(unknown, known) is { } near ? $"did you mean {near}?" : $"it must be {Written.Either(known)}.")}");
        }

        if (!mixture.Values.Any(weight => weight > 0))
        {
            document.Wrong($"{path}.mixture", "gives nothing a weight; write a loss and its weight, for example {sigmoid: 1, sft: 0.7}.");
        }

        if (variant.Loss != "sigmoid")
        {
            document.Wrong($"{path}.loss", $"is {variant.Loss} beside a mixture, which takes its place; write {variant.Loss} and a weight into the mixture.");
        }
    }

    public static void Check(RecipeDocument document, string precision, string device)
    {
        if (precision == "tensorfloat32" && device == "cpu")
        {
            document.Wrong("precision", "is tensorfloat32, which only a card computes in; set device to cuda, or precision to float32.");
        }
    }

    // A pool's name is part of its queue's name.
    private static bool IsPoolCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';
}
