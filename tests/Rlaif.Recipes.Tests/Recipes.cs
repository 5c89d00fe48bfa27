using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CsCheck;
using YamlDotNet.Serialization;

namespace Rlaif.Recipes.Tests;

/// <summary>Recipes to read: the smallest one, and any one.</summary>
internal static class Recipes
{
    // The options with which rows and files are written (Rlaif.Storage.Json): a run stores its recipe in this form.
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly ISerializer Yaml = new SerializerBuilder().WithQuotingNecessaryStrings().Build();

    /// <summary>Eight lines: what has no default.</summary>
    public const string Minimal = """
        name: mine
        policy: models/p
        constitution: c.yaml
        prompts: {train: p.jsonl}
        labelers: {rules: settle}
        optimize:
          - dpo: {}
        # line 8

        """;

    /// <summary>A recipe with every setting anywhere in its range.</summary>
    public static Gen<Recipe> Any { get; } = Record(typeof(Recipe)).Select(value => (Recipe)value).Select(recipe =>
        recipe with
        {
            Device = recipe.Precision == "tensorfloat32" ? "cuda" : recipe.Device,
            Prompts = recipe.Prompts with { Balance = recipe.Prompts.Balance || recipe.Prompts.Boost.Count > 0 },
            RewardModel = recipe.RewardModel with
            {
                StoreScale = recipe.RewardModel.StoreScale || recipe.Optimize.Any(one => one.Online is { NormaliseRewards: true }),
                Classifier = recipe.RewardModel is { Classifier: true, Margin: null, Ties: null, PrincipleHeads: false },
                Margin = recipe.RewardModel.Ties is null ? recipe.RewardModel.Margin : null,
                Members = recipe.RewardModel.Members ?? (recipe.Optimize.Any(one => one.Online is { Pessimism: not null }) ? 5 : null),
            },
            Optimize = [.. recipe.Optimize.Select(Fitting)],
        });

    // Something of a response's content has a weight, and its band of lengths is one.
    private static T? Rewarded<T>(T? online)
        where T : OnlineRecipe =>
        online?.Rewards is not { } rewards ? online : online with
        {
            Rewards = rewards with
            {
                Rules = Math.Max(rewards.Rules, 0.5),
                Judge = online is PpoRecipe or ReinforcePlusPlusRecipe { Samples: 1 } or ReinforcePlusPlusRecipe { Baseline: "greedy" } ? 0 : rewards.Judge,
                ShortestTokens = rewards.Length > 0 ? rewards.ShortestTokens : 0,
                LongestTokens = rewards.Length > 0 ? Math.Max(rewards.LongestTokens, rewards.ShortestTokens) : 64,
            },
            NormaliseRewards = online.NormaliseRewards && rewards.RewardModel > 0,
            Pessimism = rewards.RewardModel > 0 ? online.Pessimism : null,
        };

    // Only what an older policy sampled is weighed.
    private static T? Stale<T>(T? group)
        where T : GroupRecipe => group switch
        {
            null => null,
            { MaxStaleness: > 0 } => group with { Guards = group.Guards! with { MaxKl = null } },
            _ => group with { Importance = null },
        };

    private static PpoRecipe? Stale(PpoRecipe? ppo) => ppo is null or { MaxStaleness: 0 } ? ppo : ppo with { KlTarget = 0, KlHorizon = 10_000, Guards = ppo.Guards! with { MaxKl = null } };

    private static OptimizationRecipe Fitting(OptimizationRecipe one) => one with
    {
        Sft = one.Sft is { Dft: true } sft ? sft with { LabelSmoothing = null } : one.Sft,       // one of two ways to weigh a token
        Dpo = Fitting(one.Dpo),
        Ppo = Rewarded(Stale(Fitting(one.Ppo))),
        Grpo = Rewarded(Stale(Fitting(one.Grpo))),
        Rloo = Rewarded(Stale(Guarded(one.Rloo, one.Rloo?.Beta) is { } rloo ? rloo with { Importance = rloo.Importance! with { Level = "sequence" } } : null)),
        ReinforcePlusPlus = Rewarded(Stale(Guarded(one.ReinforcePlusPlus, one.ReinforcePlusPlus?.Beta) is { Samples: 1, Baseline: "group" } single ? single with { Baseline = "none" } : Guarded(one.ReinforcePlusPlus, one.ReinforcePlusPlus?.Beta))),
        BestOfN = Rewarded(one.BestOfN is { } best ? best with { ClipLow = 0.2, ClipHigh = 0.2, Guards = new(), Importance = null } : null),
        OnlineDpo = Rewarded(one.OnlineDpo is { } pairs
            ? pairs with { ClipLow = 0.2, ClipHigh = 0.2, Guards = pairs.Guards! with { MaxRatio = null, MaxStepKl = null, MaxKl = pairs.MaxStaleness > 0 ? null : pairs.Guards.MaxKl }, Importance = null } : null),
    };

    // What goes together with any loss of pairs.
    private static DpoRecipe? Fitting(DpoRecipe? dpo) => dpo is not { Variant: { } variant } ? dpo : dpo with
    {
        MicroBatch = variant.Names.Any(name => name.StartsWith("aot", StringComparison.Ordinal)) ? 0 : dpo.MicroBatch,
        Variant = variant with
        {
            Loss = variant.Mixture is null ? variant.Loss : "sigmoid",
            Wpo = variant.Wpo && !variant.Names.Any(name => name.StartsWith("aot", StringComparison.Ordinal)),
            LabelSmoothing = variant.Names.Contains("exo", StringComparer.Ordinal) ? Math.Max(variant.LabelSmoothing, 1e-3)
                : variant.Names.Any(name => name is "sigmoid" or "robust" or "aot" or "aotUnpaired") ? variant.LabelSmoothing : 0,
            Divergence = variant.Names.Any(name => name is "hinge" or "ipo" or "sigmoid") ? variant.Divergence : "reverseKl",
            Alpha = variant.Divergence == "alpha" && variant.Names.Any(name => name is "hinge" or "ipo" or "sigmoid") ? variant.Alpha : 0.5,
            DiscopopTemperature = variant.Names.Contains("discopop", StringComparer.Ordinal) ? variant.DiscopopTemperature : 0.05,
        },
    };

    // A penalty that moves has to begin somewhere and to stay above 0, and one step on each batch has no ratio.
    private static PpoRecipe? Fitting(PpoRecipe? one)
    {
        var ppo = Penalised(one is { RolloutEpochs: 1, Minibatches: 1 } ? one with { Minibatches = 2 } : one);
        return ppo is { Beta: 0 } ? ppo with { KlEstimator = null } : ppo;
    }

    private static PpoRecipe? Penalised(PpoRecipe? ppo) =>
        ppo is not null && (ppo.KlTarget == 0 || ppo.Beta == 0 || ppo.KlHorizon <= 0.2 * ppo.Batch) ? ppo with { KlTarget = 0, KlHorizon = 10_000 } : ppo;

    private static GrpoRecipe? Fitting(GrpoRecipe? grpo)
    {
        if (Guarded(grpo, grpo?.Beta) is not { } guarded)
        {
            return null;
        }

        var clips = guarded.Loss is not ("cispo" or "sapo" or "vespo");
        return guarded with
        {
            CispoCap = guarded.Loss == "cispo" ? guarded.CispoCap : 5,
            Ratio = guarded.Loss == "vespo" ? "token" : guarded.Ratio,
            ClipLow = clips ? guarded.ClipLow : 0.2,
            ClipHigh = clips ? guarded.ClipHigh : 0.2,
            MissingEndPenalty = guarded.Scale == "each" ? 0 : guarded.MissingEndPenalty,
            Rewards = guarded is { Scale: "each", Rewards: { } rewards } ? rewards with { Rules = 1, Answer = 2 } : guarded.Rewards,
        };
    }

    // One step on each batch has no ratio, and without a penalty there is no reference.
    private static T? Guarded<T>(T? group, double? beta)
        where T : GroupRecipe => group is null ? null : (T)(group with
        {
            Guards = group.Guards! with
            {
                MaxRatio = group.Iterations > 1 ? group.Guards.MaxRatio : null,
                MaxStepKl = group.Iterations > 1 ? group.Guards.MaxStepKl : null,
                MaxKl = beta > 0 ? group.Guards.MaxKl : null,
            },
        });

    public static string AsJson(Recipe recipe) => JsonSerializer.Serialize(recipe, Json);

    public static string AsYaml(Recipe recipe) => Yaml.Serialize(Plain(JsonNode.Parse(AsJson(recipe)))!);

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject group => group.ToDictionary(entry => entry.Key, entry => Plain(entry.Value), StringComparer.Ordinal),
        JsonArray list => list.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue<double>(out var number) => number,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => node?.GetValue<string>(),
    };

    private static Gen<object> Record(Type type)
    {
        var properties = type.GetProperties().Where(p => p.CanWrite).ToList();
        return type == typeof(OptimizationRecipe)
            ? Gen.OneOf([.. properties.Select(p => Record(p.PropertyType).Select(settings => With(type, [p], [settings])))])
            : Sequence([.. properties.Select(p => Value(p, p.PropertyType))]).Select(values => With(type, properties, values));
    }

    private static object With(Type type, IReadOnlyList<PropertyInfo> properties, IReadOnlyList<object?> values)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var (property, value) in properties.Zip(values))
        {
            property.SetValue(record, value);
        }

        // Only a stable schedule falls over a share of the steps.
        return record is TrainingRecipe { Schedule: "constant" or "linear" or "cosine" or "inverseSqrt" } falls ? falls with { DecayShare = null } : record;
    }

    private static Gen<object?> Value(PropertyInfo property, Type type)
    {
        var range = property.GetCustomAttribute<BetweenAttribute>();
        var words = property.GetCustomAttribute<OneOfAttribute>();
        if (Nullable.GetUnderlyingType(type) is { } given)
        {
            return Gen.Select(Gen.Bool, Value(property, given), (none, value) => none ? null : value);
        }

        if (type == typeof(int))
        {
            return Gen.Int[(int)range!.Low, (int)range.High].Select(v => (object?)v);
        }

        if (type == typeof(double))
        {
            return Gen.Double[range!.Low, range.High].Select(v => (object?)v);
        }

        if (type == typeof(bool))
        {
            return Gen.Bool.Select(v => (object?)v);
        }

        if (property.Name == nameof(JudgeRecipe.Endpoint))
        {
            return OneOf(null, "http://localhost:8000/v1", "https://judge.example/v1").Select(a => (object?)a);
        }

        if (type == typeof(string))
        {
            return words is not null ? OneOf([.. words.Words]).Select(w => (object?)w)
                : property.IsDefined(typeof(FilePathAttribute)) ? Gen.String[Gen.Char.AlphaNumeric, 1, 9].Select(s => (object?)$"/a b/{s}.gguf")
                : Gen.String[Gen.Char[' ', '\u024f'].Where(c => !char.IsControl(c)), 1, 12].Select(s => (object?)s);
        }

        if (property.Name == nameof(Recipe.Labelers))
        {
            return OneOf("settle", "shadow").Select(judge => (object?)new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["judge"] = judge!,
                ["rules"] = "settle",
            });
        }

        if (property.Name == nameof(PromptsRecipe.Boost))
        {
            return Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 1, 5], Gen.Double[range!.Low, range.High])[0, 3]
                .Select(map => (object?)new SortedDictionary<string, double>(map, StringComparer.Ordinal));
        }

        if (property.Name == nameof(VariantRecipe.Mixture))
        {
            string[] losses = ["sigmoid", "exo", "aot", "bco", "sft", "sftPerSequence"];
            return Gen.Select(Gen.Bool, Gen.Int[0, losses.Length - 1], Gen.Int[0, losses.Length - 1], Gen.Double[0.1, range!.High]).Select((none, one, other, weight) =>
                none ? null : (object?)new SortedDictionary<string, double>(StringComparer.Ordinal) { [losses[one]] = weight, [losses[other]] = 1 });
        }

        if (property.Name == nameof(LoraRecipe.TargetModules))
        {
            return Gen.Int[0, words!.Words.Count].Select(many => many == 0 ? null : (object?)words.Words.Take(many).ToArray());
        }

        if (property.Name == nameof(TrainingRecipe.Lora))
        {
            return Gen.Select(Gen.Bool, Record(type), (none, lora) => none ? null : (object?)lora);
        }

        return type.IsGenericType
            ? Record(type.GetGenericArguments()[0]).Select(v => (OptimizationRecipe)v).List[1, 3].Select(list => (object?)list)
            : Record(type).Select(v => (object?)v);
    }

    private static Gen<string?> OneOf(params string?[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static Gen<IReadOnlyList<object?>> Sequence(IReadOnlyList<Gen<object?>> values) => values.Aggregate(
        Gen.Const<IReadOnlyList<object?>>([]), (before, next) => Gen.Select(before, next, (list, value) => (IReadOnlyList<object?>)[.. list, value]));
}
