using Rlaif.Contracts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Prompts;

/// <summary>What each prompt of a run is for. No dialogue plays two parts: what is compared on was never trained on.</summary>
/// <param name="Train">Of each round, in the order in which they are answered.</param>
/// <param name="Evaluation">Held-out prompts on which policies are compared.</param>
/// <param name="Demo">Prompts of the before/after answers, of as many tags as there are.</param>
/// <param name="Calibration">Prompts with a human choice, which tell what a judge is worth; fewer than asked when there are fewer.</param>
public sealed record PromptSplits(
    IReadOnlyList<IReadOnlyList<LoadedPrompt>> Train,
    IReadOnlyList<LoadedPrompt> Evaluation,
    IReadOnlyList<LoadedPrompt> Demo,
    IReadOnlyList<LoadedPrompt> Calibration)
{
    /// <summary>Draws the parts. Same prompts, recipe and seed: same parts, in the same order.</summary>
    /// <param name="train">Prompts of the training file.</param>
    /// <param name="evaluation">Held-out prompts; null: drawn from <paramref name="train"/>.</param>
    /// <param name="demo">Demo prompts; null: drawn from <paramref name="train"/>.</param>
    /// <param name="fits">False leaves a prompt out, because it is too long.</param>
    /// <remarks>Drawn by tag (<see cref="PromptsRecipe.Balance"/>), a tag with too few prompts gives what it has, the same number to each
    /// round; when training and evaluation share it, both shrink alike. Without tags, too few prompts are an error.</remarks>
    /// <exception cref="InputException">There are too few prompts, a tag is missing or unknown, or one id names two dialogues.</exception>
    public static PromptSplits Draw(
        Recipe recipe,
        IReadOnlyList<LoadedPrompt> train,
        IReadOnlyList<LoadedPrompt>? evaluation,
        IReadOnlyList<LoadedPrompt>? demo,
        Func<Prompt, bool> fits)
    {
        // Held-out prompts come first: a dialogue that stands in two files is not trained on.
        var known = new Dialogues(recipe.Seed, fits);
        var demoPool = demo is null ? null : known.Pool("demo", demo);
        var evaluationPool = evaluation is null ? null : known.Pool("evaluation", evaluation);
        var trainPool = known.Pool("train", train);
        var quotas = new PromptQuotas(recipe, trainPool);

        var demoDraw = (demoPool ?? trainPool).TakeSpread(recipe.Evaluation.DemoPrompts);
        var evaluationDraw = quotas.Evaluation(evaluationPool ?? trainPool, shared: evaluationPool is null);
        var trainDraw = quotas.Train(trainPool);
        var calibration = new[] { trainPool, evaluationPool, demoPool }.SelectMany(pool => pool?.Left ?? [])
            .Where(prompt => prompt is { HumanChosen: not null, HumanRejected: not null })
            .Take(recipe.Judge.CalibrationPairs);
        return new(trainDraw, evaluationDraw, demoDraw, [.. calibration]);
    }
}
