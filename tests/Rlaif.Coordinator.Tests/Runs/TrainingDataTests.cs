using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Coordinator.Looking;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

public class TrainingDataTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Preference_data_are_the_kept_pairs_with_the_better_response_chosen()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        var kept = (await run.Pairs.Settled(run.Id, 1, "Preference", Cancel)).Where(row => row.Kept).ToDictionary(row => row.PairId);
        var lines = await Data(run, 1, "dpo");
        Assert.Equal(kept.Keys.Order(), lines.Select(line => line.GetProperty("source").GetGuid()).Order());
        Assert.All(lines, line =>
        {
            // The third token of a canned response is what it breaks.
            Assert.True(line.GetProperty("chosen")[2].GetInt32() < line.GetProperty("rejected")[2].GetInt32());
            var preference = kept[line.GetProperty("source").GetGuid()].Preference!.Value;
            Assert.Equal(Math.Max(preference, 1 - preference), line.GetProperty("preference").GetDouble());
        });
    }

    [Fact]
    public async Task Supervised_data_are_the_revisions_that_settled_above_their_drafts()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        var responses = new ResponseTables(run.Database);
        var worth = (await responses.Of(run.Id, "Preference", 1, Cancel)).ToDictionary(row => row.Id, row => Texts.Named(row.Text).Worth);
        var better = (await responses.Revisions(run.Id, 1, Cancel)).Where(revision => worth[revision.Id] > worth[revision.DraftId]).Select(revision => revision.Id);
        Assert.NotEmpty(better);
        Assert.Equal(better.Order(), (await Data(run, 1, "sft")).Select(line => line.GetProperty("source").GetGuid()).Order());
    }

    [Fact]
    public async Task A_reward_model_is_trained_on_the_round_and_on_as_many_older_pairs()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        var (first, second) = (Ids(await Data(run, 1, "reward-model")), Ids(await Data(run, 2, "reward-model")));
        var fresh = (await run.Pairs.Settled(run.Id, 2, "Preference", Cancel)).Where(row => row.Kept).Select(row => row.PairId).ToList();
        Assert.Equal(fresh, second.Take(fresh.Count));
        Assert.Equal(Math.Min(first.Count, fresh.Count), second.Count - fresh.Count);
        Assert.Subset(first.ToHashSet(), second.Skip(fresh.Count).ToHashSet());
    }

    [Fact]
    public async Task Tied_pairs_reach_a_reward_model_that_models_them_and_nobody_else()
    {
        var recipe = TestRecipe.Of();
        // So wide a margin that pairs tie which else are decided.
        recipe = recipe with { Pairs = recipe.Pairs with { TieMargin = 0.3 }, RewardModel = recipe.RewardModel with { Ties = "davidson" } };
        await using var run = await TestRun.Create(recipe);
        await run.RunToItsEnd(new());
        var tied = (await run.Pairs.Settled(run.Id, 1, "Preference", Cancel)).Where(row => row.Dropped == "Tie").Select(row => row.PairId).ToList();
        Assert.NotEmpty(tied);
        var lines = await Data(run, 1, "reward-model");
        Assert.Equal(tied.Order(), Ids(lines.Where(line => line.TryGetProperty("tie", out var tie) && tie.GetBoolean())).Order());
        Assert.Equal(Ids(await Data(run, 1, "dpo")).Order(), Ids(lines.Where(line => !line.TryGetProperty("tie", out _))).Order());
    }

    [Fact]
    public async Task Labels_of_single_principles_reach_a_reward_model_with_heads_turned_as_the_pair_is()
    {
        var recipe = TestRecipe.Of();
        await using var run = await TestRun.Create(recipe with { RewardModel = recipe.RewardModel with { PrincipleHeads = true } });
        await run.RunToItsEnd(new());
        var votes = (await run.Pairs.Votes(run.Id, 1, "Preference", Cancel)).Where(vote => vote.Pool == "rules").ToLookup(vote => vote.PairId);
        var settled = (await run.Pairs.Settled(run.Id, 1, "Preference", Cancel)).ToDictionary(row => row.PairId);
        var lines = await Data(run, 1, "reward-model");
        Assert.NotEmpty(lines);
        Assert.Contains(lines, line => settled[line.GetProperty("source").GetGuid()].Preference < 0.5);
        Assert.All(lines, line =>
        {
            var id = line.GetProperty("source").GetGuid();
            var labels = line.GetProperty("principles").EnumerateObject().Select(label => (label.Name, label.Value.GetDouble()));
            var said = votes[id].Where(vote => vote.Preference is not null).OrderBy(vote => vote.Principle, StringComparer.Ordinal);
            Assert.Equal(said.Select(vote => (vote.Principle, settled[id].Preference < 0.5 ? 1 - vote.Preference!.Value : vote.Preference!.Value)), labels);
        });
        Assert.All(await Data(run, 1, "dpo"), line => Assert.False(line.TryGetProperty("principles", out _)));
    }

    [Fact]
    public async Task A_scale_is_measured_on_what_the_starting_policy_answered_to_the_held_out_prompts()
    {
        var recipe = TestRecipe.Of();
        await using var run = await TestRun.Create(recipe with { RewardModel = recipe.RewardModel with { StoreScale = true } });
        await run.RunToItsEnd(new());
        var answers = (await new ResponseTables(run.Database).Of(run.Id, "Evaluation", 0, Cancel)).Where(row => row.Tokens.Length > 0).ToList();
        Assert.NotEmpty(answers);
        foreach (var round in new[] { 1, 2 })
        {
            var command = Json.Read<TrainRewardModel>((await new LineageTables(run.Database).Command(RlaifId.Of(run.Id, round, "reward-model"), Cancel))!.Body);
            var lines = await Lines(run, command.Scale!);
            Assert.Equal(answers.OrderBy(row => row.Sample).ThenBy(row => row.PromptId, StringComparer.Ordinal).Select(row => row.Id), Ids(lines));
            Assert.Equal(answers.ToDictionary(row => row.Id)[Ids(lines)[0]].Tokens, lines[0].GetProperty("response").EnumerateArray().Select(id => id.GetInt32()));
        }
    }

    [Fact]
    public async Task An_algorithm_without_data_is_left_out_and_the_round_goes_on()
    {
        // Nothing is revised, so there is nothing for SFT.
        await using var run = await TestRun.Create(TestRecipe.Of() with { Revision = new() { Enabled = false } });
        await run.RunToItsEnd(new());
        var stages = await new WorkTables(run.Database).Stages(run.Id, Cancel);
        Assert.Equal([0, 1, 0, 1], stages.Where(stage => stage.Name is "sft" or "dpo").Select(stage => stage.Total));
    }

    [Fact]
    public async Task An_algorithm_that_samples_itself_gets_the_prompts_and_the_reward_model_of_its_round()
    {
        await using var run = await TestRun.Create(TestRecipe.Of(TestRecipe.Sft, new() { Grpo = new() }));
        await run.RunToItsEnd(new());
        var prompts = await new TrainingData(run.Database).Prompts(run.Id, "train", 2, Cancel).ToListAsync(Cancel);
        Assert.NotEmpty(prompts);
        var lines = await Data(run, 2, "grpo");
        Assert.Equal(prompts.Select(prompt => prompt.PromptId), lines.Select(line => line.GetProperty("promptId").GetString()));
        Assert.All(lines, line => Assert.False(line.TryGetProperty("asked", out _)));
        Assert.Equal(prompts.SelectMany(prompt => prompt.Prompt), lines.SelectMany(line => line.GetProperty("prompt").EnumerateArray().Select(id => id.GetInt32())));
        var checkpoints = await new TrainingTables(run.Database).Checkpoints(run.Id, Cancel);
        var rewardModel = checkpoints.Single(row => row is { Round: 2, Kind: "reward-model" });
        Assert.Equal(rewardModel.Artifact, Json.Read<OptimizePolicy>((await new LineageTables(run.Database).Command(RlaifId.Of(run.Id, 2, "grpo", 1), Cancel))!.Body).RewardModel);

        // What it was taught by is what its reward model was.
        var db = run.Database;
        var reports = new LineageReports(new(db), new(db), new(db), new(db), new(db), new(db), new(run.Home.Artifacts));
        var policy = checkpoints.Single(row => row.CommandId == RlaifId.Of(run.Id, 2, "grpo", 1));
        Assert.Equal(Ids(await Data(run, 2, "reward-model")).Order(), (await reports.Of(policy.Artifact, Cancel)).Steps[0].Pairs.Select(pair => pair.Id).Order());
    }

    [Fact]
    public async Task Rewards_by_rules_get_the_prompts_as_text_and_no_reward_model()
    {
        await using var run = await TestRun.Create(TestRecipe.Of(TestRecipe.Sft, new() { Grpo = new() { Rewards = new() { Rules = 1 } } }));
        await run.RunToItsEnd(new());
        var prompts = await new RunTables(run.Database).Prompts(run.Id, "train", 2, Cancel).ToListAsync(Cancel);
        var lines = await Data(run, 2, "grpo");
        Assert.Equal(prompts.Select(prompt => prompt.Body), lines.Select(line => line.GetProperty("asked").GetRawText()));
        Assert.Null(Json.Read<OptimizePolicy>((await new LineageTables(run.Database).Command(RlaifId.Of(run.Id, 2, "grpo", 1), Cancel))!.Body).RewardModel);

        // No pair of the round taught it anything.
        var db = run.Database;
        var reports = new LineageReports(new(db), new(db), new(db), new(db), new(db), new(db), new(run.Home.Artifacts));
        var policy = (await new TrainingTables(db).Checkpoints(run.Id, Cancel)).Single(row => row.CommandId == RlaifId.Of(run.Id, 2, "grpo", 1));
        Assert.Empty((await reports.Of(policy.Artifact, Cancel)).Steps[0].Pairs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_critic_that_is_kept_goes_on_in_the_next_round(bool kept)
    {
        await using var run = await TestRun.Create(TestRecipe.Of(TestRecipe.Sft, new() { Ppo = new() { KeepCritic = kept } }));
        await run.RunToItsEnd(new());
        var commands = new LineageTables(run.Database);
        async Task<OptimizePolicy> Command(int round) => Json.Read<OptimizePolicy>((await commands.Command(RlaifId.Of(run.Id, round, "ppo", 1), Cancel))!.Body);
        var first = (await new TrainingTables(run.Database).Checkpoints(run.Id, Cancel)).Single(row => row.CommandId == RlaifId.Of(run.Id, 1, "ppo", 1));
        Assert.Equal((null, kept ? first.Artifact : null), ((await Command(1)).Critic, (await Command(2)).Critic));
    }

    private static List<Guid> Ids(IEnumerable<JsonElement> lines) => [.. lines.Select(line => line.GetProperty("source").GetGuid())];

    private static async Task<IReadOnlyList<JsonElement>> Data(TestRun run, int round, string stage)
    {
        var id = stage == "reward-model" ? RlaifId.Of(run.Id, round, stage) : RlaifId.Of(run.Id, round, stage, stage == "sft" ? 0 : 1);
        var checkpoint = (await new TrainingTables(run.Database).Checkpoints(run.Id, Cancel)).Single(row => row.CommandId == id);
        return await Lines(run, checkpoint.DataArtifact);
    }

    private static async Task<IReadOnlyList<JsonElement>> Lines(TestRun run, string artifact)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(await new ArtifactStore(run.Home.Artifacts).Fetch(artifact, Cancel), "data.jsonl"), Cancel);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
