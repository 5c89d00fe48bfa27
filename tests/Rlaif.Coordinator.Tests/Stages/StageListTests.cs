using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Coordinator.Stages;
using Rlaif.Feedback.Constitutions;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Stages;

public sealed class StageListTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-stages-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_round_is_responses_revisions_labels_reward_model_algorithms_and_evaluation()
    {
        var stages = await Stages(TestRecipe.Of());
        string[] round =
        [
            "responses", "revisions", "labels", "reward-model", "sft", "dpo", "evaluation-responses", "evaluation-labels", "scores", "evaluation",
        ];
        Assert.Equal(
            [(0, "start"), (0, "calibration"), .. round.Select(name => (1, name)), .. round.Select(name => (2, name))],
            stages);
    }

    [Fact]
    public async Task A_recipe_without_revisions_has_no_stage_for_them()
    {
        var recipe = TestRecipe.Of() with { Revision = new() { Enabled = false }, Rounds = 1 };
        var names = (await Stages(recipe)).Select(stage => stage.Name).ToList();
        Assert.DoesNotContain("revisions", names);
        Assert.Equal("labels", names[names.IndexOf("responses") + 1]);
    }

    [Fact]
    public async Task Two_stages_of_one_algorithm_have_names_of_their_own()
    {
        var recipe = TestRecipe.Of(TestRecipe.Dpo, TestRecipe.Sft, TestRecipe.Dpo, TestRecipe.Dpo) with { Rounds = 1 };
        Assert.Equal(["dpo", "sft", "dpo-3", "dpo-4"], (await Stages(recipe)).Select(stage => stage.Name).Skip(6).Take(4));
    }

    private async Task<IReadOnlyList<(int Round, string Name)>> Stages(Recipe recipe)
    {
        await using var host = RlaifHost.Build(Deployment.Embedded(new HomeFolder(folder)), [CoordinatorService.Module]);
        var run = new RunContext(new() { Id = RlaifId.Of("run") }, recipe, Constitution.Read(Repository.Path("constitutions/brief.yaml")));
        return [.. host.Services.GetRequiredService<StageList>().Of(run).Select(stage => (stage.Round, stage.Stage.Name))];
    }
}
