namespace Rlaif.Recipes.Tests;

public class RecipeErrorTests
{
    [Fact]
    public void An_unknown_key_is_told_with_its_line_and_the_nearest_known_key()
    {
        Assert.Equal(
            "mine.yaml, line 9: ronds is not a setting; did you mean rounds (1 to 1000, usually 3)?\n1 error; nothing was started.",
            ErrorOf(Recipes.Minimal + "ronds: 3\n"));
        Assert.StartsWith(
            "mine.yaml, line 7: optimize.0.dpo.bta is not a setting; did you mean beta (0.0001 to 10, usually 0.1)?",
            ErrorOf(Recipes.Minimal.Replace("{}", "{bta: 0.2}", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prompts.per_round=3", "prompts.per_round is not a setting; did you mean perRound (1 to 1000000, usually 64)?")]
    [InlineData("revision.colour=red", "revision.colour is not a setting; here are enabled, principle, critiqueTokens.")]
    [InlineData("optimize.0.dpo.bta=0.2", "optimize.0.dpo.bta is not a setting; did you mean beta (0.0001 to 10, usually 0.1)?")]
    [InlineData("rounds=0", "rounds is 0; it must be 1 to 1000, usually 3.")]
    [InlineData("evalution.prompts=3", "evalution.prompts: evalution is not a setting; did you mean evaluation?")]
    [InlineData("rounds", "rounds names no value; write it as key=value, for example rounds=3.")]
    [InlineData("optimize.3.dpo.beta=1", "optimize.3.dpo.beta: optimize has 1 entries, counted from 0; 3 is none of them.")]
    [InlineData("name.x=1", "name.x: name is a value; it has no x.")]
    [InlineData("labelers={rules", "labelers is {rules, which begins like YAML and is none.")]
    public void An_error_of_an_override_names_the_override(string set, string told) =>
        Assert.Equal($"--set {told}\n1 error; nothing was started.", ErrorOf(Recipes.Minimal, set));

    [Fact]
    public void An_error_does_not_repeat_control_characters()
    {
        Assert.DoesNotContain('\u001b', ErrorOf(Recipes.Minimal + "\"a\\eb\": 1\n"));
        Assert.DoesNotContain('\u001b', ErrorOf(Recipes.Minimal, "policy=\u001b[2J", "a\u001b.b=1", "c\u001b"));
    }

    [Theory]
    [InlineData("evaluation: {prompts: 0}", "evaluation.prompts is 0; it must be 1 to 1000000, usually 48.")]
    [InlineData("seed: 99999999999999999999", "seed is 99999999999999999999; it must be 0 to 2147483647.")]
    [InlineData("rounds: many", "rounds is many; it must be a whole number, 1 to 1000, usually 3.")]
    [InlineData("rounds: 2.5", "rounds is 2.5; it must be a whole number, 1 to 1000, usually 3.")]
    [InlineData("rounds: '2'", "rounds is the text \"2\"; it must be a whole number, 1 to 1000, usually 3.")]
    [InlineData("rounds:", "rounds is empty; it must be 1 to 1000, usually 3.")]
    [InlineData("rounds: [2]", "rounds is a list; it must be 1 to 1000, usually 3.")]
    [InlineData("sampling: {temperature: .nan}", "sampling.temperature is .nan; it must be a number, 0 to 10, usually 1.")]
    [InlineData("sampling: {temperature: 1e999}", "sampling.temperature is 1e999; it must be 0 to 10, usually 1.")]
    [InlineData("sampling: 4", "sampling is 4; it must be a group of settings.")]
    [InlineData("revision: {enabled: yes}", "revision.enabled is yes; it must be true or false.")]
    [InlineData("revision: {principle: all}", "revision.principle is all; it must be generic or drawn.")]
    [InlineData("rewardModel: {schedule: cosin}", "rewardModel.schedule is cosin; it must be constant, linear, cosine, inverseSqrt, stableLinear, stableCosine or stableRoot.")]
    [InlineData("rewardModel: {decayShare: 0.1}", "rewardModel.decayShare plays no part where the schedule is constant; take stableLinear, stableCosine or stableRoot, or leave it out.")]
    [InlineData("rewardModel: {lora: {targetModules: []}}", "rewardModel.lora.targetModules is empty, so nothing would be trained; leave it out for all projections, or name some, for example [q_proj, v_proj].")]
    [InlineData("rewardModel: {lora: {targetModules: [q_proj, q_proj]}}", "rewardModel.lora.targetModules names q_proj twice.")]
    [InlineData("rewardModel: {lora: {targetModules: [q_prj]}}", "rewardModel.lora.targetModules.0 is q_prj; it must be q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj or down_proj.")]
    [InlineData("rewardModel: {lora: {targetModules: [~]}}", "rewardModel.lora.targetModules.0 is empty; it must be q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj or down_proj.")]
    [InlineData("rewardModel: {lora: {targetModules: all}}", "rewardModel.lora.targetModules is one value; it must be a list, each entry after a hyphen.")]
    [InlineData("rewardModel: {lora: {rank: 0}}", "rewardModel.lora.rank is 0; it must be 1 to 4096, usually 16.")]
    [InlineData("judge: {endpoint: localhost}", "judge.endpoint is localhost; it must be an http or https address up to and including /v1.")]
    [InlineData("judge: {[a]: 1}", "judge has a list where a key belongs.")]
    public void A_wrong_value_is_told_with_what_is_allowed(string line, string told) =>
        Assert.Equal($"mine.yaml, line 9: {told}\n1 error; nothing was started.", ErrorOf(Recipes.Minimal + line + "\n"));

    [Theory]
    [InlineData("rules: settle", "rules: shadow", "labelers has nobody who settles; write settle behind at least one, for example rules: settle.")]
    [InlineData("rules: settle", "rules: settles", "labelers.rules is settles; it must be settle or shadow.")]
    [InlineData("rules:", "My rules:", "labelers.My rules is not the name of a pool; use lower-case letters, digits and hyphens.")]
    [InlineData("- dpo: {}", "- {}", "optimize.0 names no algorithm; it must be sft, dpo, kto, simpo, cpo, orpo, grpo, rloo, ppo, reinforcePlusPlus, bestOfN or onlineDpo.")]
    [InlineData("dpo: {}", "{sft: {}, dpo: {}}", "optimize.0 names sft and dpo; each algorithm is an entry of its own, in their order.")]
    [InlineData("{}", "{variant: {mixture: {}}}", "optimize.0.dpo.variant.mixture gives nothing a weight; write a loss and its weight, for example {sigmoid: 1, sft: 0.7}.")]
    [InlineData("{}", "{variant: {mixture: {sigmiod: 1}}}", "optimize.0.dpo.variant.mixture.sigmiod is not a loss; did you mean sigmoid?")]
    [InlineData("{}", "{variant: {mixture: {sft: -1}}}", "optimize.0.dpo.variant.mixture.sft is -1; it must be 0 to 1000, usually 1.")]
    [InlineData("{}", "{variant: {mixture: {exo: 1}}}", "optimize.0.dpo.variant.mixture has exo, which is infinite without smoothing; set variant.labelSmoothing, TRL has 0.001.")]
    [InlineData("{}", "{variant: {loss: ipo, mixture: {sft: 1}}}", "optimize.0.dpo.variant.loss is ipo beside a mixture, which takes its place; write ipo and a weight into the mixture.")]
    [InlineData("{}", "{microBatch: 4, variant: {mixture: {aot: 1}}}", "optimize.0.dpo.microBatch is 4; aot sorts the whole batch, so it must be 0.")]
    [InlineData("{}", "{variant: {loss: aot, wpo: true}}", "optimize.0.dpo.variant.wpo weighs pairs, and aot has none left to weigh once it has sorted the batch.")]
    [InlineData("{}", "{variant: {mixture: {nca: 1, sft: 1}, divergence: alpha}}", "optimize.0.dpo.variant.divergence is alpha, which plays no part in nca and sft; it is for sigmoid, sigmoidPerToken, robust, hinge, ipo, ipoPerSequence, exo or discopop.")]
    [InlineData("{}", "{variant: {ldAlpha: 2}}", "optimize.0.dpo.variant.ldAlpha is 2; it must be 0 to 1, usually 0.5.")]
    [InlineData("dpo: {}", "sft: {dft: true, labelSmoothing: 0.1}", "optimize.0.sft.labelSmoothing spreads what dft takes from the token itself; set one of them.")]
    [InlineData("dpo: {}", "ppo: {klTarget: 6, beta: 0}", "optimize.0.ppo.klTarget moves a penalty that is 0 and stays it; set beta above 0, for example 0.05.")]
    [InlineData("dpo: {}", "ppo: {klTarget: 6, klHorizon: 10, batch: 90}", "optimize.0.ppo.klHorizon is 10; with batch 90 it must be above 18.")]
    [InlineData("dpo: {}", "rloo: {normaliseRewards: true}", "optimize.0.rloo.normaliseRewards divides by a scale that the reward model does not store; set rewardModel.storeScale to true.")]
    [InlineData("dpo: {}", "grpo: {pessimism: 1}", "optimize.0.grpo.pessimism subtracts what the members of an ensemble disagree, and there is one reward model; set rewardModel.members, Coste et al. have 5.")]
    [InlineData("# line 8", "rewardModel: {classifier: true, principleHeads: true}", "rewardModel.principleHeads is about pairs, and a classifier learns responses on their own; leave out one of the two.")]
    [InlineData("# line 8", "rewardModel: {margin: 1, ties: davidson}", "rewardModel.margin has no part in davidson, which has a threshold of its own; leave out one of the two.")]
    [InlineData("dpo: {}", "grpo: {rewards: {}}", "optimize.0.grpo.rewards gives nothing a weight; write rewardModel, rules, answer or judge and a weight, for example {rules: 1}.")]
    [InlineData("dpo: {}", "rloo: {rewards: {length: 1}}", "optimize.0.rloo.rewards has length alone, which says nothing of what is said; write rewardModel, rules, answer or judge and a weight, for example {rules: 1}.")]
    [InlineData("dpo: {}", "ppo: {rewards: {rules: 1, length: 1, shortestTokens: 9, longestTokens: 8}}", "optimize.0.ppo.rewards.shortestTokens is 9; it must be at most longestTokens, 8.")]
    [InlineData("dpo: {}", "ppo: {rewards: {rules: 1, longestTokens: 9}}", "optimize.0.ppo.rewards.longestTokens is 9, which plays no part without length; leave it out.")]
    [InlineData("dpo: {}", "grpo: {rewards: {rules: 1, shortestTokens: 9}}", "optimize.0.grpo.rewards.shortestTokens is 9, which plays no part without length; leave it out.")]
    [InlineData("dpo: {}", "rloo: {normaliseRewards: true, rewards: {rules: 1}}", "optimize.0.rloo.normaliseRewards plays no part where rewards name no rewardModel; leave it out.")]
    [InlineData("dpo: {}", "ppo: {pessimism: 1, rewards: {answer: 1}}", "optimize.0.ppo.pessimism plays no part where rewards name no rewardModel; leave it out.")]
    [InlineData("dpo: {}", "grpo: {rewards: {rule: 1}}", "optimize.0.grpo.rewards.rule is not a setting; did you mean rules (0 to 1000, usually 1)?")]
    [InlineData("dpo: {}", "ppo: {rewards: {judge: 1}}", "optimize.0.ppo.rewards.judge compares the responses to a prompt with each other, of which ppo samples one; take grpo or rloo, or train a reward model on the judge's labels (rewardModel).")]
    [InlineData("dpo: {}", "reinforcePlusPlus: {rewards: {rules: 1, judge: 1}}", "optimize.0.reinforcePlusPlus.rewards.judge compares the responses to a prompt with each other, of which there is one; set samples to 2 or more.")]
    [InlineData("dpo: {}", "reinforcePlusPlus: {samples: 4, baseline: greedy, rewards: {judge: 1}}", "optimize.0.reinforcePlusPlus.rewards.judge compares the responses to a prompt with each other, and the greedy response of the baseline has no sibling; set baseline to group or none.")]
    [InlineData("dpo: {}", "rloo: {rewards: {judge: -1}}", "optimize.0.rloo.rewards.judge is -1; it must be 0 to 1000, usually 1.")]
    [InlineData("dpo: {}", "grpo: {normaliseRewards: true, rewards: {judge: 1}}", "optimize.0.grpo.normaliseRewards plays no part where rewards name no rewardModel; leave it out.")]
    [InlineData("dpo: {}", "grpo: {alarm: {rulesFall: 2}}", "optimize.0.grpo.alarm.rulesFall is 2; it must be 0 to 1, usually 0.05.")]
    [InlineData("dpo: {}", "ppo: {klHorizon: 100}", "optimize.0.ppo.klHorizon is 100, which plays no part without klTarget; leave it out.")]
    [InlineData("dpo: {}", "grpo: {cispoCap: 6}", "optimize.0.grpo.cispoCap is 6, which plays no part in dapo; it is for cispo; leave it out.")]
    [InlineData("dpo: {}", "grpo: {maxStaleness: -1}", "optimize.0.grpo.maxStaleness is -1; it must be 0 to 64, usually 1.")]
    [InlineData("dpo: {}", "grpo: {importance: {most: 2}}", "optimize.0.grpo.importance plays no part where the policy itself samples what it learns from; set maxStaleness to 1 or more, or leave it out.")]
    [InlineData("dpo: {}", "bestOfN: {maxStaleness: 1, importance: {}}", "optimize.0.bestOfN.importance plays no part where nothing has a ratio to the policy that sampled; leave it out.")]
    [InlineData("dpo: {}", "grpo: {maxStaleness: 2, guards: {maxKl: 20}}", "optimize.0.grpo.guards.maxKl is measured on the policy's own samples, and with maxStaleness 2 an older one samples; leave one of the two out, or take alarm.mostKl.")]
    [InlineData("dpo: {}", "ppo: {maxStaleness: 1, klTarget: 6}", "optimize.0.ppo.klTarget is measured on the policy's own samples, and with maxStaleness 1 an older one samples; leave one of the two out, or take alarm.mostKl.")]
    [InlineData("dpo: {}", "ppo: {beta: 0, klEstimator: k3}", "optimize.0.ppo.klEstimator is k3, which plays no part in a penalty of 0; set beta above 0, or leave it out.")]
    [InlineData("dpo: {}", "rloo: {maxStaleness: 1, importance: {level: token}}", "optimize.0.rloo.importance.level is token, and in rloo a response is one action; write sequence, or leave it out.")]
    [InlineData("dpo: {}", "grpo: {loss: cispo, clipHigh: 0.28}", "optimize.0.grpo.clipHigh is 0.28, which plays no part in cispo, which does not clip; leave it out.")]
    [InlineData("dpo: {}", "grpo: {loss: vespo, ratio: sequence}", "optimize.0.grpo.ratio is sequence, which plays no part in vespo: it weighs responses by a ratio of its own.")]
    [InlineData("dpo: {}", "grpo: {scale: each}", "optimize.0.grpo.scale is each, which scales several sources of rewards apart; name two or more under rewards, or write group.")]
    [InlineData("dpo: {}", "grpo: {scale: each, rewards: {rules: 1}}", "optimize.0.grpo.scale is each, which scales several sources of rewards apart; name two or more under rewards, or write group.")]
    [InlineData("dpo: {}", "grpo: {scale: each, missingEndPenalty: 1, rewards: {rules: 1, answer: 1}}", "optimize.0.grpo.missingEndPenalty is 1 in the unit of rewards, which scale: each takes away; leave it out (maskTruncated: true leaves such responses out of the loss).")]
    [InlineData("dpo: {}", "grpo: {guards: {maxRatio: 10}}", "optimize.0.grpo.guards.maxRatio is 10, which plays no part with one step on each batch of responses: the policy is the one that sampled; set iterations above 1.")]
    [InlineData("dpo: {}", "ppo: {rolloutEpochs: 1, guards: {maxStepKl: 0.5}}", "optimize.0.ppo.guards.maxStepKl is 0.5, which plays no part with one step on each batch of responses: the policy is the one that sampled; set rolloutEpochs or minibatches above 1.")]
    [InlineData("dpo: {}", "grpo: {beta: 0, guards: {maxKl: 20}}", "optimize.0.grpo.guards.maxKl is 20, but with beta 0 there is no reference to be away from; set beta above 0.")]
    [InlineData("dpo: {}", "ppo: {guards: {maxRatio: 0.5}}", "optimize.0.ppo.guards.maxRatio is 0.5; it must be 1 to 1000000000, usually 10.")]
    [InlineData("dpo: {}", "reinforcePlusPlus: {baseline: group}", "optimize.0.reinforcePlusPlus.baseline is group, the mean of a prompt's responses, of which there is one; set samples to 2 or more, or baseline to greedy.")]
    [InlineData("dpo: {}", "reinforcePlusPlus: {samples: 0}", "optimize.0.reinforcePlusPlus.samples is 0; it must be 1 to 1024, usually 1.")]
    [InlineData("dpo: {}", "bestOfN: {samples: 1}", "optimize.0.bestOfN.samples is 1; it must be 2 to 1024, usually 8.")]
    [InlineData("dpo: {}", "bestOfN: {guards: {maxKl: 9}}", "optimize.0.bestOfN.guards.maxKl is 9, which plays no part: supervised training has no reference.")]
    [InlineData("dpo: {}", "onlineDpo: {clipLow: 0.1}", "optimize.0.onlineDpo.clipLow is 0.1, which plays no part where nothing has a ratio to the policy that sampled; leave it out.")]
    [InlineData("{}", "{variant: {loss: hinge, labelSmoothing: 0.1}}", "optimize.0.dpo.variant.labelSmoothing is 0.1, which plays no part in hinge; it is for sigmoid, robust, exo, aot or aotUnpaired; leave it out.")]
    [InlineData("{}", "{variant: {alpha: 0.7}}", "optimize.0.dpo.variant.alpha is 0.7, which plays no part without divergence: alpha; leave it out.")]
    [InlineData("{}", "{variant: {discopopTemperature: 0.1}}", "optimize.0.dpo.variant.discopopTemperature is 0.1, which plays no part in sigmoid; it is for discopop; leave it out.")]
    [InlineData("- dpo: {}", "- dpo", "optimize.0 is dpo; it must be a group of settings.")]
    [InlineData("optimize:\n  - dpo: {}", "optimize: []", "optimize is empty; name at least one of sft, dpo, kto, simpo, cpo, orpo, grpo, rloo, ppo, reinforcePlusPlus, bestOfN or onlineDpo.")]
    [InlineData("optimize:\n  - dpo: {}", "optimize: {dpo: {}}", "optimize is a group; it must be a list, each entry after a hyphen.")]
    [InlineData("prompts: {train: p.jsonl}", "prompts: {}", "prompts.train is missing and has no default.")]
    [InlineData("l}", "l, boost: {unsafe: 2}}", "prompts.boost counts only when prompts are drawn by tag; set prompts.balance to true.")]
    [InlineData("# line 8", "precision: tensorfloat32", "precision is tensorfloat32, which only a card computes in; set device to cuda, or precision to float32.")]
    [InlineData("name: mine\n", "", "name is missing and has no default.")]
    public void What_settings_say_together_is_checked(string from, string to, string told) =>
        Assert.Matches(
            $"^mine.yaml, line [0-9]+: {System.Text.RegularExpressions.Regex.Escape(told)}\n1 error; nothing was started.$",
            ErrorOf(Recipes.Minimal.Replace(from, to, StringComparison.Ordinal)));

    [Theory]
    [InlineData("heads: 6\nkeyValueHeads: 4", "keyValueHeads is 4; it must divide heads, 6.")]
    [InlineData("heads: 7\nkeyValueHeads: 7", "heads is 7; it must divide hiddenSize, 192.")]
    [InlineData("heads: 64\nkeyValueHeads: 2", "heads is 64, which makes heads of width 3; rotary positions need an even width.")]
    public void The_heads_of_a_new_policy_must_divide_evenly(string heads, string told)
    {
        var file = Path.Combine(Path.GetTempPath(), $"rlaif-heads-{Environment.ProcessId}-{heads.Length}.yaml");
        File.WriteAllText(file, $"name: new\ncorpus: world.cs\n{heads}\n");
        var refused = Assert.Throws<InputException>(() => RecipeFile.ReadPretraining(file));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void All_errors_are_told_at_once_in_at_most_six_lines()
    {
        var two = ErrorOf(Recipes.Minimal + "rounds: 0\nthreads: 0\n").Split('\n');
        Assert.StartsWith("mine.yaml, line 9: rounds is 0", two[0], StringComparison.Ordinal);
        Assert.StartsWith("mine.yaml, line 10: threads is 0", two[1], StringComparison.Ordinal);
        Assert.Equal("2 errors; nothing was started.", two[2]);

        var five = ErrorOf(Recipes.Minimal + string.Concat(Enumerable.Range(1, 5).Select(i => $"x{i}: 1\n"))).Split('\n');
        Assert.Equal((6, "5 errors; nothing was started."), (five.Length, five[5]));

        var nine = ErrorOf(Recipes.Minimal + string.Concat(Enumerable.Range(1, 9).Select(i => $"x{i}: 1\n"))).Split('\n');
        Assert.Equal(["and 5 more", "9 errors; nothing was started."], nine[4..]);
    }

    [Theory]
    [InlineData("", "mine.yaml is empty; a recipe names at least name, policy, constitution, prompts, labelers, optimize.")]
    [InlineData("# nothing\n", "mine.yaml is empty; a recipe names at least name, policy, constitution, prompts, labelers, optimize.")]
    [InlineData("- 3\n", "mine.yaml is not a recipe: it holds no settings of the form key: value.")]
    [InlineData("a: 1\n---\nb: 2\n", "mine.yaml holds 2 YAML documents; a recipe is one.")]
    public void What_is_no_recipe_at_all_is_one_sentence(string yaml, string told) => Assert.Equal(told, ErrorOf(yaml));

    [Theory]
    [InlineData(": : [\n", 1)]
    [InlineData("rounds: 3\nname: \"open\n", 2)]
    [InlineData("rounds: 3\nrounds: 4\n", 2)]
    public void What_is_not_YAML_is_told_with_its_line(string yaml, int line)
    {
        var told = ErrorOf(yaml);
        Assert.Matches($@"^mine.yaml, line {line} is not YAML: .+\.$", told);
        Assert.DoesNotContain('\n', told);
    }

    [Fact]
    public void A_text_of_brackets_alone_does_not_end_the_process() =>
        Assert.Contains("more than 32 levels", ErrorOf(new string('[', 100_000)), StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named()
    {
        var told = Assert.Throws<InputException>(() => RecipeFile.Read("no/such/nosuch.yaml")).Message;
        Assert.Equal("Cannot read recipe no/such/nosuch.yaml: there is no such file.", told);
        Assert.StartsWith("Cannot read recipe .: ", Assert.Throws<InputException>(() => RecipeFile.Read(".")).Message, StringComparison.Ordinal);
    }

    private static string ErrorOf(string yaml, params string[] overrides) =>
        Assert.Throws<InputException>(() => RecipeFile.Parse(yaml, "mine.yaml", overrides)).Message;
}
