using System.Text.Json;
using Rlaif.Cli.Looking;
using Rlaif.Coordinator.Looking;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Labeling;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Cli.Tests.Looking;

public class LineageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkpoint_leads_back_to_the_start_policy()
    {
        await using var world = await SmallRun.Create();
        var lineage = await Explain(world, SmallRun.DpoPolicy[..8]);
        Assert.Equal(["dpo", "sft"], lineage.Steps.Select(step => step.Stage));
        Assert.Equal(SmallRun.Start, lineage.Steps[^1].StartArtifact);
        Assert.True(lineage.Promoted);
        Assert.Equal(SmallRun.Response(2), Assert.Single(lineage.Steps[1].Revisions).Response);
    }

    [Fact]
    public async Task A_revision_leads_to_the_pair_and_the_votes_that_chose_it()
    {
        await using var world = await SmallRun.Create();
        var lineage = await Explain(world, SmallRun.SftPolicy[..8]);
        var pair = Assert.Single(Assert.Single(lineage.Steps).Revisions).Pair!;
        Assert.Equal((SmallRun.Pair(1), SmallRun.Response(0), SmallRun.Response(2)), (pair.Id, pair.First, pair.Second));
        Assert.Equal((0.73, SmallRun.Start, SmallRun.Start), (pair.Preference, pair.FirstPolicy, pair.SecondPolicy));
        Assert.Equal(
            [("judge/pairwise/m", 0.6, "9a"), ("rules", 0.73, null), ("rules", null, null)],
            pair.Judgements.Select(vote => (vote.Labeler, vote.Preference, vote.JudgePromptSha256)));
        Assert.Matches(@"rules .* concise .* 1 .* 0 .* 0 .* 0", ReadConsole.Of(console => LineageView.Write(console, lineage)));
    }

    [Fact]
    public async Task Data_that_names_its_sources_leads_to_exactly_those_pairs_with_votes_and_hashes()
    {
        await using var world = await SmallRun.Create();
        var pair = Assert.Single((await Explain(world, SmallRun.DpoPolicy)).Steps[0].Pairs);
        Assert.Equal((SmallRun.Pair(1), "p0", SmallRun.Start), (pair.Id, pair.PromptId, pair.FirstPolicy));
        Assert.Matches("^[0-9a-f]{64}$", pair.PromptSha256);
        Assert.Equal(
            [("judge/pairwise/m", "concise", 0.6, "9a"), ("rules", "concise", 0.73, null), ("rules", "declines", null, null)],
            pair.Judgements.Select(vote => (vote.Labeler, vote.Principle, vote.Preference, vote.JudgePromptSha256)));
    }

    [Fact]
    public async Task Data_that_names_none_leads_to_all_that_the_round_kept()
    {
        await using var world = await SmallRun.Create();
        var step = Assert.Single((await Explain(world, "e0")).Steps);
        Assert.Equal([SmallRun.Pair(0), SmallRun.Pair(1)], step.Pairs.Select(pair => pair.Id));
        Assert.Contains(step.Pairs[0].Judgements, vote => vote is { Failure: nameof(FailureKind.NoVerdict), Preference: null });
    }

    [Theory]
    [InlineData(SmallRun.DpoWeights)]
    [InlineData("abc1")]
    [InlineData("D9")]
    [InlineData("/some/home/artifacts/d9/" + SmallRun.DpoPolicy + "/")]
    public async Task A_checkpoint_is_named_by_artifact_weights_or_folder(string named)
    {
        await using var world = await SmallRun.Create();
        Assert.Equal(SmallRun.DpoPolicy, (await Explain(world, named)).Steps[0].Artifact);
    }

    [Theory]
    [InlineData("nosuch", "There is no checkpoint nosuch; rlaif show RUN lists those of a run.")]
    [InlineData("%", "There is no checkpoint %; rlaif show RUN lists those of a run.")]
    [InlineData("", "There is no checkpoint ; rlaif show RUN lists those of a run.")]
    [InlineData("e", "e begins 2 checkpoints (e0, 5f7000000000); type more of it.")]
    [InlineData("57a87", "57a87 is the starting policy of run ")]
    public async Task What_names_no_single_checkpoint_is_one_sentence(string named, string told)
    {
        await using var world = await SmallRun.Create();
        Assert.StartsWith(told, (await Assert.ThrowsAnyAsync<InputException>(() => Explain(world, named))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_view_counts_votes_by_labeler_and_principle()
    {
        await using var world = await SmallRun.Create();
        var lineage = await Explain(world, "e0");
        var shown = ReadConsole.Of(console => LineageView.Write(console, lineage));
        Assert.Matches(@"judge/pairwise/m .* concise .* 1 .* 0 .* 0 .* 1", shown);
        Assert.Matches(@"rules .* declines .* 0 .* 0 .* 2 .* 0", shown);
        Assert.Matches(@"1 .* reward-model .* e0 .* 57a870000000 .* da7a .* 2 .* 0", shown);
        Assert.Contains("constitution c0", shown, StringComparison.Ordinal);
        Assert.Equal(2, JsonDocument.Parse(Shown.Json(lineage)).RootElement.GetProperty("steps")[0].GetProperty("pairs").GetArrayLength());
    }

    [Fact]
    public async Task What_a_judge_said_of_a_training_s_own_samples_belongs_to_the_training()
    {
        await using var world = await SmallRun.Create();
        var training = (await new LineageTables(world.Database).Find(SmallRun.DpoPolicy, Cancel))[0].CommandId;
        var (work, command) = (new WorkTables(world.Database), (await new WorkTables(world.Database).Command(training, Cancel))!);
        var asked = LabelQuestion.Of(
            SmallRun.Run, RlaifId.Of("rollouts"), "judge", new("p0", [new("user", "Question 0")]), new("one", true), new("two", true), [new("kind", "Which is kinder?")],
            Constitution.Read(Repository.Path("constitutions/brief.yaml")), SmallRun.At);
        await work.Add([new() { Id = asked.Id, RunId = SmallRun.Run, Round = command.Round, Stage = StageRow.OfRewards(command.Stage), Kind = nameof(LabelPreference), Pool = "judge", Body = Json.Of(asked) }], Cancel);
        var label = new PreferenceLabeled
        {
            Id = asked.Id, RunId = SmallRun.Run, PairId = asked.PairId, Pool = "judge", Labeler = "judge/pairwise/live", PromptSha256 = "9b", Votes = [new() { Principle = "kind", Preference = 0.8 }],
        };
        await new PairTables(world.Database).Insert(label, null, SmallRun.At, Cancel);
        var lineage = await Explain(world, SmallRun.DpoPolicy);
        var rollouts = Assert.Single(lineage.Steps[0].Rollouts);
        Assert.Equal((asked.PairId, "Question 0", "one", "two"), (rollouts.Id, rollouts.Prompt, rollouts.First, rollouts.Second));
        Assert.Equal(("judge/pairwise/live", "kind", 0.8, "9b"), Assert.Single(rollouts.Judgements) is var vote ? (vote.Labeler, vote.Principle, vote.Preference, vote.JudgePromptSha256) : default);
        Assert.Empty(lineage.Steps[1].Rollouts);
        Assert.Matches(@"judge/pairwise/live .* kind .* 1 .* 0 .* 0 .* 0", ReadConsole.Of(console => LineageView.Write(console, lineage)));
    }

    private static Task<LineageReport> Explain(SmallRun world, string named)
    {
        var database = world.Database;
        return new LineageReports(new(database), new(database), new(database), new(database), new(database), new(database), world.Artifacts).Of(named, Cancel);
    }
}
