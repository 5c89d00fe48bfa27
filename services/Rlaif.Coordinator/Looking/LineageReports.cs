using System.Security.Cryptography;
using System.Text;
using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>Follows a checkpoint back to the labels that made it.</summary>
public sealed class LineageReports(
    LineageTables lineage, PairTables pairs, RunTables runs, TrainingTables trainings, ResponseTables responses, EvaluationTables evaluations,
    ArtifactStore artifacts)
{
    /// <param name="named">The beginning of an artifact's name or of a weight hash, or the checkpoint's folder.</param>
    /// <exception cref="InputException">No checkpoint, or more than one, is named so.</exception>
    public async Task<LineageReport> Of(string named, CancellationToken cancel)
    {
        var checkpoint = await Find(named, cancel);
        var run = (await runs.Find(checkpoint.RunId, cancel))!;
        var made = await trainings.Checkpoints(run.Id, cancel);
        var steps = new List<LineageStep>();
        for (var at = checkpoint; at is not null && steps.TrueForAll(step => step.CommandId != at.CommandId);)
        {
            steps.Add(await Step(run, at, made, cancel));
            // The newest before it: a training that changed nothing has the same artifact as its start.
            var (start, published) = (at.StartArtifact, at.PublishedAt);
            at = made.LastOrDefault(earlier => earlier.Artifact == start && earlier.PublishedAt < published);
        }

        return new()
        {
            RunId = run.Id,
            Recipe = run.Name,
            Seed = run.Seed,
            StartPolicy = run.StartPolicy,
            ConstitutionSha256 = run.ConstitutionSha256,
            Promoted = (await evaluations.Of(run.Id, cancel)).LastOrDefault(row => row.Candidate == checkpoint.Artifact)?.Promoted,
            Steps = steps,
        };
    }

    private async Task<CheckpointRow> Find(string named, CancellationToken cancel)
    {
        var prefix = Path.GetFileName(Path.TrimEndingDirectorySeparator(named)).ToLowerInvariant();
        var found = prefix.Length > 0 && prefix.All(char.IsAsciiHexDigit) ? await lineage.Find(prefix, cancel) : [];
        var kinds = found.Select(row => row.Artifact).Distinct(StringComparer.Ordinal).ToList();
        if (kinds.Count > 1)
        {
            var some = string.Join(", ", kinds.Take(5).Select(kind => kind[..Math.Min(12, kind.Length)]));
            throw new MissingException($"{named} begins {kinds.Count} checkpoints ({some}); type more of it.");
        }

        if (found is [var first, ..])
        {
            return first;
        }

        var started = (await runs.All(cancel))
            .FirstOrDefault(run => prefix.Length > 0 && run.StartPolicy.StartsWith(prefix, StringComparison.Ordinal));
        throw new MissingException(started is null
            ? $"There is no checkpoint {named}; rlaif show RUN lists those of a run."
            : $"{named} is the starting policy of run {RlaifId.Short(started.Id)}: it was given to the run, not made by it.");
    }

    private async Task<LineageStep> Step(RunRow run, CheckpointRow made, IReadOnlyList<CheckpointRow> all, CancellationToken cancel)
    {
        var command = await lineage.Command(made.CommandId, cancel);
        var optimized = command?.Kind == nameof(OptimizePolicy) ? Json.Read<OptimizePolicy>(command.Body) : null;
        var supervised = optimized?.Algorithm == "sft";
        // A policy that learnt from its own samples was judged by a model of these pairs, or by rules or a judge, whom no pair taught.
        var unlabelled = optimized is { RewardModel: null } && Json.Read<Recipe>(run.Recipe).Optimize[optimized.Position].IsOnline;
        var labelled = all.LastOrDefault(checkpoint => checkpoint.Artifact == optimized?.RewardModel) ?? made;
        var sources = await DataSources.Of(artifacts, labelled.DataArtifact, cancel);
        return new()
        {
            CommandId = made.CommandId,
            Round = made.Round,
            Stage = command?.Stage ?? made.Kind,
            Kind = made.Kind,
            Artifact = made.Artifact,
            WeightsSha256 = made.WeightsSha256,
            StartArtifact = made.StartArtifact,
            DataArtifact = made.DataArtifact,
            PublishedAt = made.PublishedAt,
            Pairs = supervised || unlabelled ? [] : await Pairs(run, labelled, sources, cancel),
            Revisions = supervised ? await Revisions(run, made.Round, sources, cancel) : [],
            Rollouts = command is null ? [] : await Rollouts(command, cancel),
        };
    }

    private async Task<IReadOnlyList<LineageRollouts>> Rollouts(CommandRow training, CancellationToken cancel) =>
    [
        .. (await lineage.Rollouts(training, cancel)).GroupBy(vote => vote.Judgement.PairId).Select(votes =>
        {
            var asked = Json.Read<LabelPreference>(votes.First().Question);
            return new LineageRollouts(votes.Key, asked.Prompt[^1].Content, asked.First.Text, asked.Second.Text, [.. votes.Select(vote => Judgement(vote.Judgement))]);
        }),
    ];

    // Data that names no sources was made of all that the round kept, and for a reward model of what earlier rounds kept too.
    private async Task<IReadOnlyList<LineagePair>> Pairs(RunRow run, CheckpointRow made, IReadOnlySet<Guid>? sources, CancellationToken cancel)
    {
        var round = made.Round;
        var kept = (await lineage.KeptPairs(run.Id, round, cancel))
            .Where(pair => sources?.Contains(pair.Id) ?? (pair.Round == round || made.Kind == "reward-model"));
        var judgements = (await lineage.Judgements(run.Id, round, cancel)).ToLookup(vote => vote.PairId);
        var prompts = await PromptHashes(run, 1, round, cancel);
        return
        [
            .. kept.Select(pair => new LineagePair(
                pair.Id, pair.Round, pair.PromptId, prompts.GetValueOrDefault(pair.PromptId, ""), pair.FirstId, pair.FirstPolicy, pair.SecondId,
                pair.SecondPolicy, pair.Preference, [.. judgements[pair.Id].Select(Judgement)])),
        ];
    }

    private async Task<IReadOnlyList<LineageRevision>> Revisions(RunRow run, int round, IReadOnlySet<Guid>? sources, CancellationToken cancel)
    {
        const string purpose = nameof(Purpose.Preference);
        var policies = (await responses.Of(run.Id, purpose, round, cancel)).ToDictionary(row => row.Id, row => row.Policy);
        var settled = (await pairs.Settled(run.Id, round, purpose, cancel)).ToDictionary(row => row.PairId, row => row.Preference);
        var judgements = (await lineage.Judgements(run.Id, round, cancel)).ToLookup(vote => vote.PairId);
        var prompts = await PromptHashes(run, round, round, cancel);
        // Either may have been shown first.
        var compared = (await pairs.Of(run.Id, round, purpose, cancel)).Where(pair => settled.GetValueOrDefault(pair.Id) is not null)
            .ToLookup(pair => Unordered(pair.FirstId, pair.SecondId), pair => new LineagePair(
                pair.Id, pair.Round, pair.PromptId, prompts.GetValueOrDefault(pair.PromptId, ""),
                pair.FirstId, policies.GetValueOrDefault(pair.FirstId, ""), pair.SecondId, policies.GetValueOrDefault(pair.SecondId, ""), settled[pair.Id]!.Value,
                [.. judgements[pair.Id].Select(Judgement)]));
        return
        [
            .. (await responses.Revisions(run.Id, round, cancel)).Where(row => sources?.Contains(row.Id) ?? true)
                .Select(row => new LineageRevision(row.Id, row.DraftId, row.Principle, compared[Unordered(row.Id, row.DraftId)].FirstOrDefault())),
        ];
    }

    private async Task<IReadOnlyDictionary<string, string>> PromptHashes(RunRow run, int first, int last, CancellationToken cancel)
    {
        var prompts = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var round = first; round <= last; round++)
        {
            await foreach (var prompt in runs.Prompts(run.Id, "train", round, cancel))
            {
                prompts[prompt.Id] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prompt.Body)));
            }
        }

        return prompts;
    }

    private static (Guid, Guid) Unordered(Guid one, Guid other) => one.CompareTo(other) < 0 ? (one, other) : (other, one);

    private static LineageJudgement Judgement(JudgementRow vote) => new(
        vote.Pool, vote.Labeler, vote.Principle, vote.Preference, vote.PositionBias, vote.NotApplicable, vote.Failure, vote.PromptSha256);
}
