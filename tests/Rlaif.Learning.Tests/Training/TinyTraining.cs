using System.Security.Cryptography;
using Rlaif.Learning.Adapters;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Training;

/// <summary>A model of a few thousand weights with data of all three kinds, in a folder of its own.</summary>
internal sealed class TinyTraining : IDisposable
{
    /// <summary>Those that learn from groups of samples.</summary>
    public static readonly string[] Groups = ["grpo", "rloo", "reinforce-plus-plus", "reinforce-plus-plus-baseline", "remax", "best-of-n", "online-dpo"];

    public static readonly string[] Algorithms = ["sft", "dpo", "dpo-tokens", "kto", "simpo", "cpo", "orpo", "reward-model", "ppo", .. Groups];

    /// <summary>What else has a loss of its own.</summary>
    public static readonly string[] Objectives = [.. Algorithms, "reward-margin", "reward-davidson", "reward-raoKupper", "sft-packed", "reward-principles", "classifier"];

    public static readonly ModelConfig Config = new()
    {
        Architecture = "llama", HiddenSize = 16, Layers = 2, Heads = 2, KeyValueHeads = 1, HeadDim = 8, FeedForward = 32, Vocabulary = 48,
        MaxPositions = 64, TiedEmbeddings = true, BosTokenId = 1, EosTokenIds = [4], PadTokenId = 0,
    };

    /// <summary>All that looks at single tokens.</summary>
    public static readonly VariantRecipe Tokens = new()
    {
        Mixture = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["hinge"] = 0.5, ["sft"] = 0.7, ["sftPerSequence"] = 0.2 }, LdAlpha = 0.3, Wpo = true,
    };

    public TinyTraining(int examples = 22)
    {
        // A team of threads would only wait for each other on matrices of this size, and on tests that run beside.
        TorchRuntime.Start(1);
        using (var model = LanguageModel.Create(Config, seed: 3, trainable: false))
        {
            ModelFolder.WriteModel(Start, model);
        }

        var random = new RandomStream(11, 0);
        int[] Ids(int atMost) => [.. Enumerable.Range(0, 1 + (int)(random.NextDouble() * atMost)).Select(_ => 5 + (int)(random.NextDouble() * 43))];
        Examples = [.. Enumerable.Range(0, examples).Select(_ => new TrainingExample(Ids(9), Ids(12)))];
        Pairs = [.. Examples.Select(e => new TrainingPair(e.Prompt, [.. e.Response, 4], [.. Ids(12), 4], 0.5 + (random.NextDouble() / 2)))];
        TrainingData.Write(ExamplesFile, Examples);
        TrainingData.Write(PairsFile, Pairs);
        using var rewards = RewardModelWithHead();
        ModelFolder.WriteRewardModel(Rewards, rewards);
    }

    /// <summary>Of the labels, nats per pair: no loss of pairs goes below it. Accuracy hangs on the pairs whose label is almost 1/2, and so on last bits.</summary>
    public double LabelEntropy => Pairs.Average(pair => -(pair.Preference * Math.Log(pair.Preference)) - ((1 - pair.Preference) * Math.Log(1 - pair.Preference)));

    public IReadOnlyList<TrainingPair> TiedPairs => [.. Pairs.Select(p => p with { Preference = 0.5 })];

    public string Folder { get; } = Directory.CreateTempSubdirectory("rlaif").FullName;

    public string Start => Path.Combine(Folder, "start");

    public string Rewards => Path.Combine(Folder, "reward-model");

    public string ExamplesFile => Path.Combine(Folder, "examples.jsonl");

    public string PairsFile => Path.Combine(Folder, "pairs.jsonl");

    public IReadOnlyList<TrainingExample> Examples { get; }

    public IReadOnlyList<TrainingPair> Pairs { get; }

    public IReadOnlyList<JudgedResponse> Judged => JudgedResponse.Of(Sides, Config.MaxPositions);

    private IReadOnlyList<JudgedExample> Sides => JudgedResponse.Once(Pairs.SelectMany(pair => pair.Sides));

    public static Task Run(Action<TinyTraining> test) => TorchThread.Run(() =>
    {
        using var tiny = new TinyTraining();
        test(tiny);
    });

    /// <summary>An algorithm's loss on this data, as the loop sees it.</summary>
    public IObjective Objective(string algorithm, LoraRecipe? lora = null) => algorithm switch
    {
        "sft" => new SftObjective(Policy(lora), [.. Examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))]),
        "sft-packed" => new SftObjective(Policy(lora), [.. Examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))], new() { Packing = true }),
        "dpo" or "dpo-tokens" => new DpoObjective(Policy(lora), Pairs, FarReference, new(algorithm == "dpo" ? null : Tokens, beta: 0.1)),
        "kto" => new KtoObjective(Policy(lora), Judged,
            new([.. Judged.Select((_, i) => -30f - i)], [.. Judged.Select((_, i) => -50f + (i / 2f))]), new()),
        "simpo" or "cpo" or "orpo" => new ReferenceFreeObjective(algorithm, Policy(lora), Pairs, new(ReferenceFree(algorithm))),
        "ppo" => Classic(Ppo, steps: 2, lora),
        _ when Groups.Contains(algorithm) => new GroupObjective(
            Policy(lora), Online(algorithm).NeedsReference ? OtherPolicy() : null, [.. Examples.Select(e => e.Prompt.Length)],
            Sampled(Online(algorithm).Recipe, Online(algorithm).Recipe.Samples), Online(algorithm)),
        "classifier" => new ClassifierObjective(Under(lora, RewardModelWithHead()), Sides, centring: 0.01),
        _ => Rewarding(lora, new() { Centring = 0.01, Margin = algorithm == "reward-margin" ? 0.7 : null, Ties = algorithm is "reward-davidson" or "reward-raoKupper" ? algorithm[7..] : null, PrincipleHeads = algorithm == "reward-principles" }),
    };

    /// <summary>Trains with one of the algorithms; <paramref name="name"/> names its work folder and its result.</summary>
    public IReadOnlyList<TrainingMetric> Train(
        string algorithm, string name, TrainingProgress? progress = null, Func<TrainingJob, TrainingJob>? change = null,
        int microBatch = 0, int epochs = 2, int checkpointSteps = 2, int batch = 8, double learningRate = 5e-3, GuardsRecipe? guards = null, int? iterations = null,
        LoraRecipe? lora = null, double? ema = null, bool recompute = false, AlarmRecipe? alarm = null, int staleness = 0)
    {
        var job = new TrainingJob { Start = Start, Data = algorithm == "sft" ? ExamplesFile : PairsFile, Work = Work(name), Seed = 5, RewardModel = algorithm == "ppo" || Groups.Contains(algorithm) ? Rewards : null };
        job = change?.Invoke(job) ?? job;
        progress ??= (_, _) => { };
        T Set<T>(T recipe)
            where T : TrainingRecipe =>
            (recipe switch
            {
                GroupRecipe group => (T)(TrainingRecipe)(group with { Guards = guards, Alarm = alarm, MaxStaleness = staleness, Iterations = iterations ?? group.Iterations }),
                PpoRecipe ppo => (T)(TrainingRecipe)(ppo with { Guards = guards, Alarm = alarm, MaxStaleness = staleness }),
                _ => recipe,
            }) with
            {
                LearningRate = learningRate, WarmupSteps = 0, Epochs = recipe switch { GroupRecipe group => Math.Max(1, epochs / (iterations ?? group.Iterations)), PpoRecipe => epochs / 2, _ => epochs }, Batch = batch, MicroBatch = microBatch, CheckpointSteps = checkpointSteps,
                Ema = ema, Recompute = recompute, Lora = lora,
            };
        return algorithm switch
        {
            "sft" => Trainer.Sft(job, Set(new SftRecipe()), Out(name), progress, CancellationToken.None),
            "dpo" => Trainer.Dpo(job, Set(new DpoRecipe()), Out(name), progress, CancellationToken.None),
            "dpo-tokens" => Trainer.Dpo(job, Set(new DpoRecipe { Variant = Tokens }), Out(name), progress, CancellationToken.None),
            "kto" => Trainer.Kto(job, Set(new KtoRecipe()), Out(name), progress, CancellationToken.None),
            "apo-zero" => Trainer.Kto(job, Set(new KtoRecipe { Loss = "apoZero" }), Out(name), progress, CancellationToken.None),
            "simpo" => Trainer.ReferenceFree(job, new() { Simpo = Set(new SimpoRecipe()) }, Out(name), progress, CancellationToken.None),
            "cpo" => Trainer.ReferenceFree(job, new() { Cpo = Set(new CpoRecipe()) }, Out(name), progress, CancellationToken.None),
            "orpo" => Trainer.ReferenceFree(job, new() { Orpo = Set(new OrpoRecipe()) }, Out(name), progress, CancellationToken.None),
            "ppo" => Trainer.Online(job, new() { Ppo = Set(Ppo) }, Out(name), progress, CancellationToken.None),
            _ when Groups.Contains(algorithm) => Trainer.Online(job, Recipe(algorithm) switch
            {
                { Grpo: { } grpo } => new() { Grpo = Set(grpo) },
                { Rloo: { } rloo } => new() { Rloo = Set(rloo) },
                { ReinforcePlusPlus: { } reinforce } => new() { ReinforcePlusPlus = Set(reinforce) },
                { BestOfN: { } best } => new() { BestOfN = Set(best) },
                var pairs => new() { OnlineDpo = Set(pairs.OnlineDpo!) },
            }, Out(name), progress, CancellationToken.None),
            "reward-principles" => Trainer.RewardModel(job, Set(new RewardModelRecipe { PrincipleHeads = true }), Out(name), progress, CancellationToken.None),
            "classifier" => Trainer.RewardModel(job, Set(new RewardModelRecipe { Classifier = true }), Out(name), progress, CancellationToken.None),
            "ensemble" => Trainer.RewardModel(job, Set(new RewardModelRecipe { Members = 3 }), Out(name), progress, CancellationToken.None),
            _ => Trainer.RewardModel(job, Set(new RewardModelRecipe()), Out(name), progress, CancellationToken.None),
        };
    }

    private RewardModelObjective Rewarding(LoraRecipe? lora, RewardModelRecipe recipe)
    {
        TrainingPair[] pairs = [.. Pairs.Select((pair, i) => pair with { Tie = recipe.Ties is not null && i % 4 == 0 })];
        if (!recipe.PrincipleHeads)
        {
            return new(Under(lora, RewardModelWithHead()), pairs, RewardLoss.Of(recipe, pairs));
        }

        var model = Under(lora, RewardModelWithHead());
        model.Principles = PrincipleHeads.Read(Start, trainable: true).With(["brief", "kind"], Config.HiddenSize);
        return new(model, LabeledPairs, RewardLoss.Of(recipe, pairs));
    }

    /// <summary>Of every two pairs one has a label under kind, and all but one have one under brief.</summary>
    public IReadOnlyList<TrainingPair> LabeledPairs => [.. Pairs.Select((pair, i) => pair with
    {
        Principles = new[] { (Name: "brief", Has: i != 3), (Name: "kind", Has: i % 2 == 0 && i != 3) }.Where(one => one.Has)
            .ToDictionary(one => one.Name, one => one.Name == "kind" ? pair.Preference : 1 - (pair.Preference / 2), StringComparer.Ordinal),
    })];

    /// <summary>Another policy than the one that is trained: their distance is not 0.</summary>
    public static LanguageModel OtherPolicy() => LanguageModel.Create(Config, seed: 4, trainable: false);

    /// <summary>The start, or an adapter on it.</summary>
    public LanguageModel Policy(LoraRecipe? lora)
    {
        var model = ModelFolder.ReadModel(Start, trainable: true);
        return lora is null ? model : model.With(InitialAdapter.On(model, lora, seed: 5));
    }

    private static RewardModel Under(LoraRecipe? lora, RewardModel model) => lora is null ? model : model.With(InitialAdapter.On(model, lora, seed: 5));

    /// <summary>A reference far from the policy: gradients of pairs that agree with their label would hide errors.</summary>
    public ReferenceLogProbs FarReference => new([.. Pairs.Select((_, i) => -30f - i)], [.. Pairs.Select((_, i) => -50f + i)]);

    /// <summary>PPO on one batch of rollouts, all of it in each of its steps.</summary>
    public PpoObjective Classic(PpoRecipe recipe, int steps, LoraRecipe? lora = null)
    {
        int[][] prompts = [.. Examples.Select(e => e.Prompt)];
        IReadOnlyList<int> lengths = [.. prompts.Select(p => p.Length)];
        var all = Enumerable.Range(0, prompts.Length).ToArray();
        return new(
            Policy(lora), OtherPolicy(), ModelFolder.ReadRewardModel(Rewards, trainable: true), lengths,
            Sampled(recipe, samples: 1), new([all], [.. Enumerable.Repeat((0, all), steps)]), recipe);
    }

    /// <summary>Answers to the prompts of all examples, which the reward model judges.</summary>
    public SampledRollouts Sampled(OnlineRecipe recipe, int samples) => new([.. Examples.Select(e => e.Prompt)], Mix, recipe, samples, Config.EosTokenIds, seed: 7);

    // Two steps on each batch of rollouts, and a penalty that moves.
    public static PpoRecipe Ppo => new() { MaxNewTokens = 12, RolloutEpochs = 1, Minibatches = 2, ValueWarmup = 1, KlTarget = 0.1, KlHorizon = 20, EntropyWeight = 0.01, MissingEndPenalty = 0.1 };

    public static GroupAlgorithm Online(string algorithm) => GroupAlgorithm.Of(Recipe(algorithm));

    // Two steps on each batch of rollouts; responses that end and such that do not.
    private static OptimizationRecipe Recipe(string algorithm)
    {
        T Short<T>(T recipe)
            where T : GroupRecipe => recipe with { MaxNewTokens = 12, Iterations = 2, MissingEndPenalty = 0.1 };
        return algorithm switch
        {
            "grpo" => new() { Grpo = Short(new GrpoRecipe { Samples = 3 }) },
            "rloo" => new() { Rloo = Short(new RlooRecipe { Samples = 3 }) },
            "reinforce-plus-plus" => new() { ReinforcePlusPlus = Short(new ReinforcePlusPlusRecipe { Gamma = 0.9 }) },
            "reinforce-plus-plus-baseline" => new() { ReinforcePlusPlus = Short(new ReinforcePlusPlusRecipe { Samples = 3, Baseline = "group" }) },
            "remax" => new() { ReinforcePlusPlus = Short(new ReinforcePlusPlusRecipe { Samples = 2, Baseline = "greedy" }) },
            "best-of-n" => new() { BestOfN = Short(new BestOfNRecipe { Samples = 3 }) },
            _ => new() { OnlineDpo = Short(new OnlineDpoRecipe { Samples = 3 }) },
        };
    }

    public static OptimizationRecipe ReferenceFree(string algorithm) =>
        algorithm switch { "simpo" => new() { Simpo = new() }, "cpo" => new() { Cpo = new() }, _ => new() { Orpo = new() } };

    /// <summary>The folder of <see cref="OtherPolicy"/>.</summary>
    public string OtherFolder()
    {
        var folder = Path.Combine(Folder, "other");
        using var other = OtherPolicy();
        ModelFolder.WriteModel(folder, other);
        return folder;
    }

    public RewardModel RewardModelWithHead()
    {
        using var policy = ModelFolder.ReadModel(Start, trainable: false);
        return RewardModel.On(policy, seed: 9);
    }

    /// <summary>What the reward model says, as it stands, and nothing else.</summary>
    public RewardMix Mix => new([new("reward_model", 1, new ModelReward(new([RewardModelWithHead()], new GrpoRecipe())))]);

    public string Work(string name) => Path.Combine(Folder, name + "-work");

    public string Out(string name) => Path.Combine(Folder, name + "-out");

    public string Sha256(string name, string file = "model.safetensors") =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Out(name), file))));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
