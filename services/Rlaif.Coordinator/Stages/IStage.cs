using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>One step of a round: commands that are sent out, and what is concluded when all have their outcome. Both only read facts and
/// insert facts with derived ids, so a process that died in the middle does them again.</summary>
internal interface IStage
{
    string Name { get; }

    /// <summary>Commands of a run to one pool under way at once: the in-memory transport has no back-pressure, and runs share the workers.</summary>
    int Window => 16;

    /// <summary>The pools that the commands go to; empty is whoever works on their kind. One that is slow holds up no other.</summary>
    IEnumerable<string> Pools(RunContext run) => [""];

    /// <summary>Whether its worker asks the judge while it works (<see cref="Rlaif.Storage.StageRow.OfRewards"/>).</summary>
    bool AsksJudge => false;

    /// <summary>The commands, made as they are read; none when there is nothing to do.</summary>
    IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, CancellationToken cancel);

    /// <summary>Concludes; returns a note for people who watch.</summary>
    Task<string> Finish(RunContext run, int round, CancellationToken cancel);
}

/// <summary>A command before it is a row.</summary>
internal sealed record StageCommand(Guid Id, object Message, string? Pool = null)
{
    public CommandRow Row(Guid runId, int round, string stage, int ordinal) => new()
    {
        Id = Id,
        RunId = runId,
        Round = round,
        Stage = stage,
        Ordinal = ordinal,
        Kind = Message.GetType().Name,
        Pool = Pool,
        Body = Json.Of(Message),
    };
}
