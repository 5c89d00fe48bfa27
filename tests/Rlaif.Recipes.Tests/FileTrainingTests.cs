namespace Rlaif.Recipes.Tests;

public class FileTrainingTests
{
    [Fact]
    public void Every_algorithm_of_a_round_and_the_reward_model_can_be_trained_on_files()
    {
        Assert.Superset(new HashSet<string>(["sft", "reward", "dpo", "kto", "orpo", "simpo", "cpo", "ppo", "grpo", "rloo"]), new HashSet<string>(FileTraining.Algorithms));
        Assert.All(FileTraining.Algorithms, name =>
        {
            var read = FileTraining.Read(name, []);
            Assert.Equal(name == "reward" ? null : name, read.Optimization?.Algorithm);
            Assert.Equal(new Numerics(2, Precision.Float32), read.Numerics);
        });
    }

    [Fact]
    public void Settings_are_those_of_the_recipe_and_numerics_stand_beside_them()
    {
        var read = FileTraining.Read("dpo", ["learningRate=2e-5", "batch=16", "variant.loss=ipo", "threads=1", "precision=bfloat16"]);
        Assert.Equal(new DpoRecipe { LearningRate = 2e-5, Batch = 16, Variant = new() { Loss = "ipo" } }, read.Settings);
        Assert.Equal(new Numerics(1, Precision.BFloat16), read.Numerics);
        Assert.Equal(Precision.BFloat16, FileTraining.Read("dpo", ["precision=auto"], _ => Precision.BFloat16).Numerics.Precision);
    }

    [Theory]
    [InlineData("dpo", "bta=0.2", "--set bta is not a setting; did you mean beta (0.0001 to 10, usually 0.1)?")]
    [InlineData("dpo", "thread=1", "--set thread is not a setting; did you mean threads (1 to 256, usually 2)?")]
    [InlineData("dpo", "batch=0", "--set batch is 0; it must be 1 to 65536, usually 32.")]
    [InlineData("dpo", "batch", "--set batch names no value; write it as key=value, for example batch=16.")]
    [InlineData("dpo", "variant.loss=exo", "--set variant.loss is exo, which is infinite without smoothing; set variant.labelSmoothing, TRL has 0.001.")]
    [InlineData("ppo", "batch=60000", "klHorizon is 10000; with batch 60000 it must be above 12000.")]
    [InlineData("sft", "precision=tensorfloat32", "--set precision is tensorfloat32, which only a card computes in; set device to cuda, or precision to float32.")]
    [InlineData("reward", "maxPairs=3", "--set maxPairs chooses among the pairs of a run's rounds; a training on files takes every row, so leave it out.")]
    [InlineData("grpo", "alarm={}", "--set alarm pauses a run, and a training on files is none; leave it out.")]
    [InlineData("grpo", "rewards.judge=1", "--set rewards.judge asks the judge of a run, and a training on files has none; leave it out.")]
    [InlineData("ppo", "keepCritic=true", "--set keepCritic is about a run's next round, and a training on files has none; leave it out.")]
    public void What_is_wrong_is_told_as_for_a_recipe(string algorithm, string set, string told)
    {
        string[] settings = algorithm == "ppo" ? [set, "klTarget=6"] : [set];
        Assert.Equal($"{told}\n1 error; nothing was started.", Assert.Throws<InputException>(() => FileTraining.Read(algorithm, settings)).Message);
    }

    [Fact]
    public void Rewards_need_no_run_but_the_judges()
    {
        Assert.IsType<GrpoRecipe>(FileTraining.Read("grpo", ["rewards={rewardModel: 1, length: 0.02, longestTokens: 9}", "normaliseRewards=true", "pessimism=1"]).Settings);
        Assert.Equal(new RewardsRecipe { Rules = 0.5, Answer = 1 }, Assert.IsType<PpoRecipe>(FileTraining.Read("ppo", ["rewards={rules: 0.5, answer: 1}"]).Settings).Rewards);
    }

    [Fact]
    public void All_errors_are_told_at_once() =>
        Assert.EndsWith("3 errors; nothing was started.", Assert.Throws<InputException>(() => FileTraining.Read("kto", ["bta=1", "threads=0", "loss=x"])).Message, StringComparison.Ordinal);
}
