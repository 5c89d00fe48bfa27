using Rlaif.Cli.Commands;
using Rlaif.Cli.Trainings;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Cli.Tests.Trainings;

public class TrainRunTests(TrainingFiles files) : IClassFixture<TrainingFiles>
{
    private const string Check = "    check: {maxWords: 5}";

    private const string Polite = $$"""
        schema: constitution/v1
        id: polite
        version: "1.0"
        title: Polite answers
        licence: CC0-1.0
        preface: The assistant is kind.
        critiqueRequest: What is wrong with it?
        revisionRequest: Write it better.
        principles:
          - id: short
            category: form
            question: Which response is shorter?
        {{Check}}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sft")]
    [InlineData("dpo")]
    [InlineData("kto")]
    [InlineData("orpo")]
    [InlineData("simpo")]
    [InlineData("cpo")]
    [InlineData("grpo")]
    [InlineData("rloo")]
    [InlineData("ppo")]
    [InlineData("reinforcePlusPlus")]
    [InlineData("bestOfN")]
    [InlineData("onlineDpo")]
    public async Task Every_algorithm_leaves_a_policy_with_its_figures_and_its_card(string algorithm)
    {
        var request = files.Request(algorithm, algorithm);
        var (code, told) = await TrainingFiles.Run(request, Cancel);
        Assert.Equal(CommandLine.Done, code);
        Assert.Contains("event=step step=", told, StringComparison.Ordinal);
        Assert.NotEqual(TrainingFiles.Sha256(TrainingFiles.Tiny), TrainingFiles.Sha256(request.Out));
        Assert.True(ChatFormat.Read(request.Out).Tokenizer.Matches(ChatFormat.Read(TrainingFiles.Tiny).Tokenizer));
        await TorchThread.Run(() => ModelFolder.ReadModel(request.Out, trainable: false).Dispose(), Cancel);

        var lines = await File.ReadAllLinesAsync(Path.Combine(request.Out, "metrics.jsonl"), Cancel);
        Assert.All(lines.Select((line, i) => (Line: line, Step: i + 1)), one => Assert.StartsWith($"{{\"step\":{one.Step},", one.Line, StringComparison.Ordinal));
        Assert.Equal(
            ["README.md", "config.json", "curves.html", "curves.png", "events", "generation_config.json", "manifest.json", "metrics.jsonl", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.EnumerateFileSystemEntries(request.Out).Select(path => Path.GetFileName(path).Split(".out.")[0]).Order(StringComparer.Ordinal));
        var manifest = TrainingFiles.Json(Path.Combine(request.Out, "manifest.json"));
        Assert.Equal((algorithm, 6), (manifest.GetProperty("training").GetProperty("algorithm").GetString(), manifest.GetProperty("rows").GetProperty("used").GetInt32()));
        Assert.Equal(TrainingFiles.Sha256(request.Out), manifest.GetProperty("sha256").GetProperty("model.safetensors").GetString());
        Assert.Contains($"rlaif train {algorithm}", await File.ReadAllTextAsync(Path.Combine(request.Out, "README.md"), Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dpo")]
    [InlineData("ppo")]
    public async Task The_card_shows_what_was_answered_before_and_after(string algorithm)
    {
        var request = files.Request(algorithm, algorithm + "-samples", "epochs=2", "learningRate=0.02") with { Samples = 3 };
        await TrainingFiles.Run(request, Cancel);
        var samples = (await File.ReadAllLinesAsync(Path.Combine(request.Out, "samples.jsonl"), Cancel)).Select(line => TrainingFiles.Parse(line)).ToList();
        Assert.Equal(3, samples.Count);
        Assert.Contains(samples, sample => sample.GetProperty("before").GetString() != sample.GetProperty("after").GetString());
        var card = await File.ReadAllTextAsync(Path.Combine(request.Out, "README.md"), Cancel);
        Assert.Equal(3, card.Split("```text").Length - 1);
        Assert.True(TrainingFiles.Json(Path.Combine(request.Out, "manifest.json")).GetProperty("sha256").TryGetProperty("samples.jsonl", out _));
    }

    [Fact]
    public void What_was_answered_cannot_leave_its_place_in_the_card()
    {
        var card = AnswerSamples.Of([new("p\n# heading", "```\n# mine", "\u001b[31mred")]);
        Assert.DoesNotContain("\n# ", card.Replace("\n## Answers", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', card);
        Assert.Equal(2, card.Split("```").Length - 1);
    }

    [Theory]
    [InlineData("dpo")]
    [InlineData("ppo")]
    [InlineData("reward")]
    [InlineData("grpo", "rewards.answer=1")]
    public async Task Stopped_and_started_again_it_ends_in_the_same_bytes_and_then_has_nothing_to_do(string algorithm, params string[] rewards)
    {
        var calm = files.Request(algorithm, algorithm + "-calm", ["epochs=4", .. rewards]);
        calm = rewards is [] ? calm : calm with { Data = files.File("solved"), RewardModel = null };
        await TrainingFiles.Run(calm, Cancel);
        var stopped = calm with { Out = calm.Out + "-stopped" };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var half = (await File.ReadAllLinesAsync(Path.Combine(calm.Out, "metrics.jsonl"), Cancel)).Length / 2;
        var (code, told) = await TrainingFiles.Run(stopped, stop.Token, step =>
        {
            if (step == half)
            {
                stop.Cancel();
            }
        });
        Assert.Equal(CommandLine.Stopped, code);
        Assert.Contains("Stopped; the same command goes on after step", told, StringComparison.Ordinal);

        (code, told) = await TrainingFiles.Run(stopped, Cancel);
        Assert.Equal(CommandLine.Done, code);
        Assert.DoesNotContain("step=1 ", told, StringComparison.Ordinal);
        foreach (var name in new[] { "model.safetensors", "metrics.jsonl" })
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(calm.Out, name), Cancel), await File.ReadAllBytesAsync(Path.Combine(stopped.Out, name), Cancel));
        }

        var before = File.GetLastWriteTimeUtc(Path.Combine(stopped.Out, "model.safetensors"));
        (code, told) = await TrainingFiles.Run(stopped, Cancel);
        Assert.Equal(CommandLine.Done, code);
        Assert.Contains("holds this training, and it is finished; nothing was done.", told, StringComparison.Ordinal);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(stopped.Out, "model.safetensors")));
    }

    [Theory]
    [InlineData("grpo", "rewards.answer=1", "solved", "reward/answer_mean")]
    [InlineData("ppo", "rewards.answer=1", "solved", "reward/answer_mean")]
    [InlineData("grpo", "rewards.rules=1", "prompts", "reward/rules_mean")]
    [InlineData("rloo", "rewards.rules=1", "asked", "reward/rules_mean")]
    public async Task Samples_may_be_judged_without_a_reward_model(string algorithm, string rewards, string data, string figure)
    {
        var constitution = Path.Combine(files.Folder, "polite.yaml");
        await File.WriteAllTextAsync(constitution, Polite, Cancel);
        string[] own = algorithm == "ppo" ? [] : ["samples=4"];
        var request = files.Request(algorithm, $"{algorithm}-{data}-alone", [rewards, .. own]) with
        {
            Data = files.File(data), RewardModel = null, Constitution = rewards.Contains("rules", StringComparison.Ordinal) ? constitution : null,
        };
        var (code, told) = await TrainingFiles.Run(request, Cancel);
        Assert.Equal(CommandLine.Done, code);
        Assert.Contains("6 prompts of ", told, StringComparison.Ordinal);
        Assert.True(TrainingFiles.FirstLine(Path.Combine(request.Out, "metrics.jsonl")).TryGetProperty(figure, out _), figure);
        Assert.Equal(request.Constitution is not null, (await File.ReadAllTextAsync(Path.Combine(request.Out, "README.md"), Cancel)).Contains("| constitution | `polite.yaml` |", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rewards_lack_nothing_and_nothing_is_named_in_vain()
    {
        var constitution = Path.Combine(files.Folder, "vague.yaml");
        await File.WriteAllTextAsync(constitution, Polite.Replace(Check, "", StringComparison.Ordinal), Cancel);
        var silent = Path.Combine(files.Folder, "silent.yaml");
        await File.WriteAllTextAsync(silent, Polite.Replace("{maxWords: 5}", "{answers: [I cannot]}", StringComparison.Ordinal), Cancel);
        TrainRequest Of(string output, params string[] settings) => files.Request("grpo", output, settings) with { RewardModel = null };
        var ids = Path.Combine(files.Folder, "ids.jsonl");
        await File.WriteAllTextAsync(ids, """{"prompt":[1,2,3]}""", Cancel);
        var polite = Path.Combine(files.Folder, "for-ids.yaml");
        await File.WriteAllTextAsync(polite, Polite, Cancel);
        var wrong = new Dictionary<string, TrainRequest>(StringComparer.Ordinal)
        {
            ["grpo has a reward model judge its samples, and none is named; give --reward-model"] = Of("none"),
            ["--reward-model plays no part in rewards that name no rewardModel"] = Of("vain", "rewards.answer=1") with { RewardModel = files.RewardModel },
            ["rewards.rules counts the machine checks of a constitution, and none is named"] = Of("lawless", "rewards.rules=1"),
            ["--constitution plays no part without rewards.rules"] = files.Request("grpo", "idle") with { Constitution = constitution },
            ["vague.yaml has no machine check, which rewards.rules counts"] = Of("vague", "rewards.rules=1") with { Constitution = constitution },
            ["its columns are prompt; needed is prompt with answer."] = Of("unsolved", "rewards.answer=1"),
            ["silent.yaml says anything about any prompt of "] = Of("silent", "rewards.rules=1") with { Constitution = silent },
            ["prompt is token ids, and rewards.rules reads texts"] = Of("ids", "rewards.rules=1") with { Constitution = polite, Data = ids },
        };
        foreach (var (told, one) in wrong)
        {
            Assert.Contains(told, (await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(one, Cancel))).Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(one.Out));
        }
    }

    [Fact]
    public async Task Held_out_rows_are_measured_before_and_after_and_change_nothing()
    {
        var plain = files.Request("dpo", "without");
        var measured = plain with { Out = plain.Out + "-measured", EvaluationData = files.Pairs };
        await TrainingFiles.Run(plain, Cancel);
        await TrainingFiles.Run(measured, Cancel);
        Assert.Equal(TrainingFiles.Sha256(plain.Out), TrainingFiles.Sha256(measured.Out));
        // Before, policy and reference are one: ln 2.
        Assert.Matches(@"\| dpo/loss \| 0\.6931 \| 0\.[0-6]", await File.ReadAllTextAsync(Path.Combine(measured.Out, "README.md"), Cancel));
    }

    [Fact]
    public async Task Held_out_pairs_are_measured_by_the_loss_that_was_trained()
    {
        var data = Path.Combine(files.Folder, "tied.jsonl");
        await File.WriteAllLinesAsync(data, (await File.ReadAllLinesAsync(files.Pairs, Cancel)).Select((line, i) => i % 3 == 0 ? $"{line[..^1]},\"tie\":true}}" : line), Cancel);
        var request = files.Request("reward", "tied", "ties=davidson") with { Data = data, EvaluationData = files.Pairs };
        await TrainingFiles.Run(request, Cancel);
        // A third ties, so each side has a third: ln 3 before the first step, and ln 2 were the ties those of the held-out pairs.
        Assert.Matches(@"\| reward\\_model/loss \| 1\.09[89]\d* \| \d\.\d+ \|\n\| reward\\_model/accuracy", (await File.ReadAllTextAsync(Path.Combine(request.Out, "README.md"), Cancel)).Split("On held-out data")[1]);
    }

    [Fact]
    public async Task Held_out_rows_that_cannot_be_measured_are_told_by_their_file_before_anything_is_trained()
    {
        var one = Path.Combine(files.Folder, "one-prompt.jsonl");
        await File.WriteAllLinesAsync(one, [.. Enumerable.Range(0, 2).Select(i => $$"""{"prompt":"Hello","completion":"Answer {{i}}.","label":true}""")], Cancel);
        var request = files.Request("kto", "held-out") with { EvaluationData = one };
        var refused = await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(request, Cancel, step => Assert.Fail($"Step {step} was trained.")));
        Assert.StartsWith($"{one} has responses to one prompt only; ", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(request.Out));
    }

    [Fact]
    public async Task A_training_that_goes_on_takes_the_figures_from_before_it_as_they_were_measured()
    {
        var request = files.Request("dpo", "measured-once") with { EvaluationData = files.Pairs };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await TrainingFiles.Run(request, stop.Token, step =>
        {
            if (step == 2)
            {
                stop.Cancel();
            }
        });
        var kept = Path.Combine(request.Out, "work", "rows.json");
        await File.WriteAllTextAsync(kept, (await File.ReadAllTextAsync(kept, Cancel)).Replace("\"value\":0.693", "\"value\":9.693", StringComparison.Ordinal), Cancel);
        await TrainingFiles.Run(request, Cancel);
        Assert.Contains("| dpo/loss | 9.6931 | ", await File.ReadAllTextAsync(Path.Combine(request.Out, "README.md"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_lies_beside_the_policy_that_it_makes_and_merges_to_the_same_bytes()
    {
        var request = files.Request("dpo", "adapted", "lora.rank=2");
        await TrainingFiles.Run(request, Cancel);
        Assert.NotEqual(TrainingFiles.Sha256(TrainingFiles.Tiny), TrainingFiles.Sha256(request.Out));
        var merged = request.Out + "-merged";
        await MergeCommand.Merge(TrainingFiles.Tiny, Path.Combine(request.Out, "adapter"), merged, Cancel);
        Assert.Equal(TrainingFiles.Sha256(request.Out), TrainingFiles.Sha256(merged));
        Assert.True(TrainingFiles.Json(Path.Combine(request.Out, "manifest.json")).GetProperty("sha256").TryGetProperty("adapter/adapter_model.safetensors", out _));
        await Assert.ThrowsAsync<InputException>(() => MergeCommand.Merge(TrainingFiles.Tiny, Path.Combine(request.Out, "adapter"), merged, Cancel));
    }

    [Fact]
    public async Task An_ensemble_of_classifiers_stores_its_scale_and_scores_by_its_mean()
    {
        var request = files.Request("reward", "ensemble", "members=2", "classifier=true", "storeScale=true", "lora.rank=2") with { Data = files.File("judged") };
        List<int> steps = [];
        var (_, told) = await TrainingFiles.Run(request, Cancel, steps.Add);
        Assert.Equal(Enumerable.Range(1, 8), steps);        // one progress over both members
        Assert.Contains("6 answers of judged.jsonl", told, StringComparison.Ordinal);
        Assert.True(TrainingFiles.Json(Path.Combine(request.Out, "config.json")).TryGetProperty("std", out _));
        var made = TrainingFiles.Json(Path.Combine(request.Out, "manifest.json")).GetProperty("sha256");
        Assert.All(
            (string[])["model.safetensors", "adapter/adapter_model.safetensors", "member-2/model.safetensors"], name => Assert.True(made.TryGetProperty(name, out _), name));
        Assert.DoesNotContain(made.EnumerateObject(), file => file.Name.StartsWith("work", StringComparison.Ordinal));
        Assert.Contains("\"member_2/", await File.ReadAllTextAsync(Path.Combine(request.Out, "metrics.jsonl"), Cancel), StringComparison.Ordinal);

        var scored = Path.Combine(files.Folder, "by-ensemble.jsonl");
        await new ScoreRun(request.Out, files.Pairs, scored, new Dictionary<string, string>(StringComparer.Ordinal)).Run(new(1, Precision.Float32), Cancel);
        var first = TrainingFiles.FirstLine(scored);
        var members = first.GetProperty("members").EnumerateArray().Select(member => member.GetDouble()).ToList();
        Assert.Equal(2, members.Count);
        Assert.NotEqual(members[0], members[1]);
        Assert.Equal(members.Average(), first.GetProperty("reward").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task What_was_left_out_is_told_and_stands_in_the_card()
    {
        var data = Path.Combine(files.Folder, "some.jsonl");
        await File.WriteAllLinesAsync(data, [.. await File.ReadAllLinesAsync(files.Pairs, Cancel), """{"prompt":"a","chosen":"b","rejected":"b"}"""], Cancel);
        var request = files.Request("dpo", "left-out") with { Data = data };
        var (_, told) = await TrainingFiles.Run(request, Cancel);
        Assert.Contains($"{data}: 1 left out because both answers are the same (first: line 7).", told, StringComparison.Ordinal);
        var card = await File.ReadAllTextAsync(Path.Combine(request.Out, "README.md"), Cancel);
        Assert.Contains("7 rows, 6 pairs used.\n- 1 left out because both answers are the same (first: line 7)\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_holds_something_else_is_refused_and_stays_as_it_is()
    {
        var request = files.Request("sft", "taken");
        await TrainingFiles.Run(request, Cancel);
        var other = request with { Seed = 8, Training = FileTraining.Read("sft", ["threads=1"]) };
        Assert.Equal(
            $"{request.Out} holds another training, which differs in settings, seed; name another folder, or delete it to train anew.",
            (await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(other, Cancel))).Message);
        Assert.Equal(
            $"{files.Folder} is not empty, and no training that can go on is in it; name another folder.",
            (await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(request with { Out = files.Folder }, Cancel))).Message);
        var somebodys = Directory.CreateDirectory(Path.Combine(files.Folder, "somebodys")).FullName;
        await File.WriteAllTextAsync(Path.Combine(somebodys, "manifest.json"), """{"training":"text"}""", Cancel);
        Assert.Equal(
            $"{somebodys} holds another training, which differs in all; name another folder, or delete it to train anew.",
            (await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(request with { Out = somebodys }, Cancel))).Message);
    }

    [Fact]
    public async Task A_training_is_known_by_what_it_reads_and_not_by_the_names_of_files()
    {
        var request = files.Request("sft", "known");
        await TrainingFiles.Run(request, Cancel);
        var moved = Path.Combine(files.Folder, "moved.jsonl");
        File.Copy(request.Data, moved);
        var (_, told) = await TrainingFiles.Run(request with { Data = moved }, Cancel);
        Assert.Contains("holds this training, and it is finished; nothing was done.", told, StringComparison.Ordinal);
    }

    [Fact]
    public void The_heads_of_principles_are_part_of_a_reward_model()
    {
        var model = Directory.CreateDirectory(Path.Combine(files.Folder, "with-heads")).FullName;
        File.WriteAllText(Path.Combine(model, "model.safetensors"), "body");
        var before = NamedContent.Of(model).Sha256;
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(model, "principles")).FullName, "heads.safetensors"), "heads");
        Assert.NotEqual(before, NamedContent.Of(model).Sha256);
    }

    [Fact]
    public async Task Bad_input_leaves_nothing_behind()
    {
        var request = files.Request("dpo", "nothing");
        var wrong = new Dictionary<string, TrainRequest>(StringComparer.Ordinal)
        {
            ["line 1: its columns are prompt, completion, label; needed is chosen with rejected."] = request with { Data = files.File("judged") },
            ["judged.jsonl is not a usable"] = request with { Model = files.File("judged") },
            ["is a reward model, which answers nothing; dpo trains a policy."] = request with { Model = files.RewardModel },
            ["is a reward model; name a policy."] = request with { Reference = files.RewardModel },
            ["is a policy and gives no rewards; name a reward model"] = files.Request("ppo", "nothing") with { RewardModel = TrainingFiles.Tiny },
            ["--max-tokens is 99999; "] = request with { MaxTokens = 99_999 },
            ["holds nothing usable in 6 rows: 6 because prompt and answer have more than 4 tokens (line 1 first)."] = request with { MaxTokens = 4 },
        };
        foreach (var (told, one) in wrong)
        {
            Assert.Contains(told, (await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(one, Cancel))).Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(one.Out));
        }
    }

    [Fact]
    public async Task A_reference_with_another_tokenizer_is_refused()
    {
        var other = Directory.CreateDirectory(Path.Combine(files.Folder, "other")).FullName;
        foreach (var file in Directory.EnumerateFiles(TrainingFiles.Tiny))
        {
            File.Copy(file, Path.Combine(other, Path.GetFileName(file)));
        }

        var tokenizer = Path.Combine(other, "tokenizer.json");
        await File.WriteAllTextAsync(tokenizer, (await File.ReadAllTextAsync(tokenizer, Cancel)).Replace("<|pad|>", "<|nil|>", StringComparison.Ordinal), Cancel);
        var refused = await Assert.ThrowsAsync<InputException>(() => TrainingFiles.Run(files.Request("dpo", "refused") with { Reference = other }, Cancel));
        Assert.StartsWith($"The reference {other} has another tokenizer than {TrainingFiles.Tiny}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reward_model_scores_every_answer_of_a_file_with_its_line()
    {
        var scored = Path.Combine(files.Folder, "scores.jsonl");
        var (scores, counts) = await new ScoreRun(files.RewardModel, files.Pairs, scored, new Dictionary<string, string>(StringComparer.Ordinal)).Run(new(1, Precision.Float32), Cancel);
        Assert.Equal(12, counts.Used);
        Assert.Contains("12 answers scored: mean ", scores.Sentence, StringComparison.Ordinal);
        Assert.EndsWith(" of 6 pairs.", scores.Sentence, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(scored, Cancel);
        Assert.Equal(12, lines.Length);
        Assert.Matches("""^\{"line":1,"answer":"chosen","tokens":\d+,"reward":-?\d""", lines[0]);
        Assert.Matches("""^\{"line":6,"answer":"rejected","tokens":\d+,"reward":-?\d""", lines[11]);
        var refused = await Assert.ThrowsAsync<InputException>(
            () => new ScoreRun(TrainingFiles.Tiny, files.Pairs, scored, new Dictionary<string, string>(StringComparer.Ordinal)).Run(new(1, Precision.Float32), Cancel));
        Assert.Contains("is a policy and gives no rewards", refused.Message, StringComparison.Ordinal);
    }
}
