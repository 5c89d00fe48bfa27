using System.Reflection;
using System.Text.Json;
using CsCheck;
using Rlaif.Testing;

namespace Rlaif.Recipes.Tests;

public class RecipeFileTests
{
    [Fact]
    public void Any_recipe_is_read_back_as_it_was_written() => Recipes.Any.Sample(
        recipe =>
        {
            Assert.Equal(Recipes.AsJson(recipe), Recipes.AsJson(RecipeFile.Parse(Recipes.AsYaml(recipe), "r.yaml")));
            Assert.Equal(Recipes.AsJson(recipe), Recipes.AsJson(RecipeFile.Parse(Recipes.AsJson(recipe), "r.yaml")));
        },
        iter: 300);

    [Fact]
    public void Any_recipe_survives_the_form_in_which_a_run_stores_it() => Recipes.Any.Sample(
        recipe => Assert.Equal(Recipes.AsJson(recipe), Recipes.AsJson(JsonSerializer.Deserialize<Recipe>(Recipes.AsJson(recipe), Recipes.Json)!)),
        iter: 300);

    [Fact]
    public void Junk_is_an_input_error_or_a_recipe()
    {
        var junk = Gen.String[Gen.OneOf(Gen.Char, Gen.Char[" \n\t:-[]{},'\"#&*!|>%@`~?"]), 0, 200];
        Gen.Select(junk, junk, Gen.Int[0, Recipes.Minimal.Length]).Sample(
            (text, set, at) =>
            {
                Survives(text);
                Survives(Recipes.Minimal.Insert(at, text));
                Survives(Recipes.Minimal, set, $"optimize.0.{set}", $"{set}=1", $"judge={set}");
            },
            iter: 500);
    }

    [Fact]
    public void What_is_not_named_keeps_the_default_of_the_record()
    {
        var read = RecipeFile.Parse(Recipes.Minimal + "evaluation:\n", "mine.yaml");
        Assert.Equal(new SamplingRecipe(), read.Sampling);
        Assert.Equal(new EvaluationRecipe(), read.Evaluation);
        Assert.Equal(new DpoRecipe(), Assert.Single(read.Optimize).Dpo);
        Assert.Equal("dpo", read.Optimize[0].Algorithm);
    }

    [Fact]
    public void Paths_start_at_the_recipes_folder_and_those_of_an_override_at_the_current_one()
    {
        var read = RecipeFile.Parse(Recipes.Minimal, "/some/where/r.yaml", ["constitution=other.yaml"]);
        Assert.Equal("/some/where/models/p", read.Policy);
        Assert.Equal("/some/where/p.jsonl", read.Prompts.Train);
        Assert.Equal(Path.GetFullPath("other.yaml"), read.Constitution);
    }

    [Fact]
    public void An_override_replaces_adds_or_goes_into_a_list()
    {
        var read = RecipeFile.Parse(
            Recipes.Minimal,
            "r.yaml",
            ["rounds=2", "optimize.0.dpo.beta=0.25", "judge.model=a=b", "labelers.judge=shadow", "evaluation.gate.maxKl=7", "rounds=5"]);
        Assert.Equal((5, 0.25, "a=b", 7.0), (read.Rounds, read.Optimize[0].Dpo!.Beta, read.Judge.Model, read.Evaluation.Gate.MaxKl));
        Assert.Equal(["judge", "rules"], read.Labelers.Keys);
        var both = RecipeFile.Parse(Recipes.Minimal, "r.yaml", ["optimize=[{sft: {}}, {dpo: {}}]"]);
        Assert.Equal(["sft", "dpo"], both.Optimize.Select(o => o.Algorithm));
    }

    [Theory]
    [InlineData("quickstart", 3, "generic")]
    [InlineData("smollm2", 1, "drawn")]
    public void The_recipes_that_ship_are_valid(string name, int rounds, string principle)
    {
        var read = RecipeFile.Read(Repository.Path($"recipes/{name}.yaml"));
        Assert.Equal((name, rounds, principle), (read.Name, read.Rounds, read.Revision.Principle));
        Assert.Equal(["sft", "dpo"], read.Optimize.Select(o => o.Algorithm));
    }

    [Fact]
    public void The_recipe_of_kto_is_the_quickstart_but_for_its_algorithm()
    {
        var (kto, quickstart) = (RecipeFile.Read(Repository.Path("recipes/kto.yaml")), RecipeFile.Read(Repository.Path("recipes/quickstart.yaml")));
        Assert.Equal("kto", kto.Optimize[1].Algorithm);
        Assert.Equal(Recipes.AsJson(quickstart), Recipes.AsJson(kto with { Name = "quickstart", Optimize = [kto.Optimize[0], quickstart.Optimize[1]] }));
    }

    [Fact]
    public void The_recipe_of_lora_is_the_quickstart_but_for_the_adapter_and_its_rate()
    {
        var (lora, quickstart) = (RecipeFile.Read(Repository.Path("recipes/lora.yaml")), RecipeFile.Read(Repository.Path("recipes/quickstart.yaml")));
        var dpo = lora.Optimize[1].Dpo!;
        Assert.Equal(new LoraRecipe(), dpo.Lora);
        var plain = new OptimizationRecipe { Dpo = dpo with { Lora = null, LearningRate = quickstart.Optimize[1].Dpo!.LearningRate } };
        Assert.Equal(Recipes.AsJson(quickstart), Recipes.AsJson(lora with { Name = "quickstart", Optimize = [lora.Optimize[0], plain] }));
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("rloo")]
    [InlineData("ppo")]
    [InlineData("reinforce-plus-plus")]
    [InlineData("best-of-n")]
    [InlineData("online-dpo")]
    public void Recipes_that_sample_themselves_are_a_round_of_the_quickstart_but_for_their_algorithm(string name)
    {
        var (mine, quickstart) = (RecipeFile.Read(Repository.Path($"recipes/{name}.yaml")), RecipeFile.Read(Repository.Path("recipes/quickstart.yaml")));
        Assert.Equal(name.Replace("-", "", StringComparison.Ordinal), mine.Optimize[1].Algorithm, ignoreCase: true);
        Assert.Equal(Recipes.AsJson(quickstart), Recipes.AsJson(mine with { Name = "quickstart", Rounds = 3, Optimize = [mine.Optimize[0], quickstart.Optimize[1]] }));
    }

    // The id of a run and the names of its trainings are hashes of this text.
    [Fact]
    public void What_came_later_is_not_written_where_it_is_not_set()
    {
        Assert.Equal(
            """{"loss":"sigmoid","labelSmoothing":0,"divergence":"reverseKl","alpha":0.5,"discopopTemperature":0.05}""",
            JsonSerializer.Serialize(new VariantRecipe(), Recipes.Json));
        Assert.DoesNotContain("\"lora\"", JsonSerializer.Serialize(new DpoRecipe()), StringComparison.Ordinal);
        Assert.DoesNotContain("\"lora\"", Recipes.AsJson(RecipeFile.Parse(Recipes.Minimal, "r.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_training_may_have_an_adapter()
    {
        var algorithms = typeof(OptimizationRecipe).GetProperties().Where(p => p.CanWrite).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToList();
        var read = RecipeFile.Parse(
            Recipes.Minimal, "r.yaml",
            [$"optimize=[{string.Join(", ", algorithms.Select(name => $"{{{name}: {{lora: {{rank: 4, targetModules: [q_proj, v_proj]}}}}}}"))}]", "rewardModel.lora.dora=true"]);
        Assert.All(read.Optimize, one => Assert.Contains("\"lora\":{\"rank\":4,\"alpha\":32,\"rslora\":false,\"dora\":false,\"targetModules\":[\"q_proj\",\"v_proj\"]}",
            JsonSerializer.Serialize(one, Recipes.Json), StringComparison.Ordinal));
        Assert.Equal(algorithms.Count, read.Optimize.Count);
        Assert.True(read.RewardModel.Lora!.Dora);
    }

    [Fact]
    public void An_adapter_of_which_nothing_is_said_has_its_defaults() =>
        Assert.Equal(new LoraRecipe(), RecipeFile.Parse(Recipes.Minimal, "r.yaml", ["optimize.0.dpo.lora={}"]).Optimize[0].Dpo!.Lora);

    [Theory]
    [InlineData(typeof(GrpoRecipe), "guards")]
    [InlineData(typeof(PpoRecipe), "guards")]
    [InlineData(typeof(OptimizationRecipe), "reinforcePlusPlus", "bestOfN", "onlineDpo")]
    public void Groups_that_came_later_are_not_written_where_they_are_not_set(Type record, params string[] later)
    {
        var written = JsonSerializer.Serialize(Activator.CreateInstance(record), record, JsonSerializerOptions.Web);
        Assert.All(later, name => Assert.DoesNotContain(name, written, StringComparison.Ordinal));
    }

    // A stored recipe names every default.
    [Fact]
    public void Defaults_may_be_named_where_they_play_no_part()
    {
        var read = RecipeFile.Parse(Recipes.Minimal, "r.yaml", ["optimize.0={grpo: {}}"]);
        Assert.Contains("cispoCap", Recipes.AsJson(read), StringComparison.Ordinal);
        Assert.Equal(Recipes.AsJson(read), Recipes.AsJson(RecipeFile.Parse(Recipes.AsYaml(read), "r.yaml")));
    }

    [Fact]
    public void Settings_of_trainings_that_came_later_are_not_written_where_they_are_not_set()
    {
        string[] shared = ["batch", "checkpointSteps", "epochs", "learningRate", "maxGradientNorm", "microBatch", "schedule", "warmupSteps", "weightDecay"];
        string[] online = [.. shared, "clipHigh", "clipLow", "maxNewTokens", "missingEndPenalty", "temperature"];
        Assert.Equal(shared, Keys(new SftRecipe()));
        Assert.Equal([.. shared.Concat(["centring", "maxPairs", "replay"]).Order(StringComparer.Ordinal)], Keys(new RewardModelRecipe()));
        Assert.Equal([.. online.Concat(["beta", "iterations", "normalise", "samples"]).Order(StringComparer.Ordinal)], Keys(new RlooRecipe()));
    }

    private static IReadOnlyList<string> Keys<T>(T recipe) =>
        [.. JsonSerializer.SerializeToElement(recipe, Recipes.Json).EnumerateObject().Select(setting => setting.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public void A_mixture_is_read_in_the_order_of_its_names() => Assert.Equal(
        ["bco", "sft", "sigmoid"],
        RecipeFile.Parse(Recipes.Minimal, "r.yaml", ["optimize.0.dpo.variant.mixture={sigmoid: 0.8, sft: 1, bco: 0.2}"]).Optimize[0].Dpo!.Variant!.Names);

    // What an error tells must exist: a range for each number, words or free text, never a type that the reader does not know.
    [Fact]
    public void Every_number_of_a_recipe_has_a_range_that_holds_its_default()
    {
        var numbers = typeof(Recipe).Assembly.GetTypes().Where(t => t.Name.EndsWith("Recipe", StringComparison.Ordinal) && !t.IsAbstract)
            .SelectMany(t => t.GetProperties().Select(p => (Record: Activator.CreateInstance(t), Property: p)))
            .Where(p => p.Property.PropertyType == typeof(int) || p.Property.PropertyType == typeof(double)).ToList();
        Assert.True(numbers.Count > 40);
        Assert.All(numbers, number =>
        {
            var range = number.Property.GetCustomAttribute<BetweenAttribute>();
            Assert.NotNull(range);
            Assert.InRange(Convert.ToDouble(number.Property.GetValue(number.Record)), range.Low, range.High);
        });
    }

    private static void Survives(string yaml, params string[] overrides)
    {
        try
        {
            RecipeFile.Parse(yaml, "r.yaml", overrides);
        }
        catch (InputException told)
        {
            Assert.InRange(told.Message.Split('\n').Length, 1, 6);
        }
    }
}
