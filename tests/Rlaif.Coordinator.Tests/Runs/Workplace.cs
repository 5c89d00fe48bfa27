using System.Collections.Concurrent;
using MassTransit;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>How the workers of one process behave, and what they were asked.</summary>
internal sealed class Workplace
{
    private readonly TaskCompletionSource died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;

    /// <summary>How often each command is worked on and each answer is sent.</summary>
    public int Deliveries { get; init; } = 1;

    /// <summary>Commands that are answered; the others are swallowed.</summary>
    public Func<object, bool> Answers { get; init; } = _ => true;

    /// <summary>What a policy says; null: <see cref="Texts"/>.</summary>
    public Func<string, Said>? Says { get; init; }

    /// <summary>The command at which the whole process dies: an even one after its facts are stored and before anybody is told, an odd one
    /// before anything is stored.</summary>
    public int DiesAt { get; init; } = int.MaxValue;

    public Task Died => died.Task;

    public ConcurrentQueue<object> Asked { get; } = [];

    /// <summary>The row with what its policy says. The third token is what the text breaks.</summary>
    public ResponseRow Say(ResponseRow row)
    {
        var said = Says?.Invoke(row.Policy) ?? Texts.By(row.Policy, $"{row.Round}/{row.PromptId}/{row.Sample}");
        return row with { Text = said.Text, Ended = said.Ended, Tokens = [said.Text.Length, row.Sample + 1, -said.Worth], LogProb = -said.Text.Length };
    }

    public async Task Answer<T>(ConsumeContext<T> context, Func<T, Task<object>> work)
        where T : class
    {
        var number = Interlocked.Increment(ref count);
        Asked.Enqueue(context.Message);
        if (number > DiesAt || !Answers(context.Message))
        {
            return;
        }

        for (var i = 0; i < Deliveries; i++)
        {
            if (number == DiesAt && number % 2 == 1)
            {
                died.SetResult();
                return;
            }

            var answer = await work(context.Message);
            if (number == DiesAt)
            {
                died.SetResult();
                return;
            }

            await context.Publish(answer, answer.GetType(), context.CancellationToken);
        }
    }
}
