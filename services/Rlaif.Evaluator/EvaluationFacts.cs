using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Evaluation;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Evaluator;

/// <summary>Gathers the rows behind one evaluation, in an order that does not depend on who answered first.</summary>
internal sealed class EvaluationFacts(
    RunTables runs, ResponseTables responses, PairTables pairs, TrainingTables trainings, EvaluationTables evaluations)
{
    private const string Purpose = nameof(Contracts.Purpose.Evaluation);

    public async Task<EvaluationInput> Of(EvaluatePolicy command, CancellationToken cancel)
    {
        var run = (await runs.Find(command.RunId, cancel))!;
        var recipe = Json.Read<Recipe>(run.Recipe);
        var constitution = Constitution.Parse(run.Constitution, $"the constitution of run {RlaifId.Short(run.Id)}");
        var prompts = await runs.Prompts(run.Id, "evaluation", 0, cancel).ToDictionaryAsync(row => row.Id, row => row.Prompt, StringComparer.Ordinal, cancel);
        var rewards = await Rewards(command, cancel);
        var votes = (await pairs.Votes(run.Id, command.Round, Purpose, cancel)).ToLookup(vote => vote.PairId);
        var rows = await pairs.Of(run.Id, command.Round, Purpose, cancel);

        async Task<IReadOnlyList<EvaluatedResponse>> Responses(int round) =>
            [.. (await responses.Of(run.Id, Purpose, round, cancel)).Select(row => Evaluated(row, prompts[row.PromptId], rewards))];
        var (candidate, start) = (await Responses(command.Round), await Responses(0));
        var incumbent = command.IncumbentRound == 0 ? null : await Responses(command.IncumbentRound);

        IReadOnlyList<LabeledPair> Against(IReadOnlyList<EvaluatedResponse> others)
        {
            var ids = others.Select(other => other.Id).ToHashSet();
            return [.. rows.Where(row => ids.Contains(row.SecondId)).Select(row => new LabeledPair(row.FirstId, row.SecondId, [.. votes[row.Id].Select(vote => vote.Vote)]))];
        }

        return new()
        {
            Labeler = votes.SelectMany(pair => pair).Select(vote => vote.Labeler).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault() ?? "nobody",
            Weights = constitution.Weights,
            Candidate = candidate,
            Start = start,
            Incumbent = incumbent,
            AgainstStart = Against(start),
            AgainstIncumbent = incumbent is null ? null : Against(incumbent),
            Seed = RlaifId.Seed(RlaifId.Of(run.Id, "bootstrap")),
            Recipe = recipe.Evaluation,
        };
    }

    private async Task<IReadOnlyDictionary<Guid, ScoreRow>> Rewards(EvaluatePolicy command, CancellationToken cancel)
    {
        var rewardModel = (await trainings.Checkpoints(command.RunId, cancel)).LastOrDefault(row => row.Kind == "reward-model" && row.Round <= command.Round);
        return rewardModel is null ? new Dictionary<Guid, ScoreRow>() : await evaluations.Rewards(command.RunId, rewardModel.Artifact, cancel);
    }

    private static EvaluatedResponse Evaluated(ResponseRow row, Prompt prompt, IReadOnlyDictionary<Guid, ScoreRow> rewards) => new()
    {
        Id = row.Id,
        PromptId = row.PromptId,
        Prompt = prompt.Turns,
        Safety = prompt.Expectation?.Safety ?? Safety.Unknown,
        Response = new(row.Text, row.Ended),
        Reward = rewards.TryGetValue(row.Id, out var score) ? score.Reward : null,
        MemberRewards = score?.Members,
        PrincipleRewards = score?.Principles is { } principles ? Json.Read<Dictionary<string, double>>(principles) : null,
        Kl = row is { ReferenceK1: { } k1, ReferenceK3: { } k3 } ? new(k1, k3) : null,
    };
}
