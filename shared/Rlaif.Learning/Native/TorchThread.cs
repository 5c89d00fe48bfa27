using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Rlaif.Learning.Native;

/// <summary>The one thread that all tensor work of a process runs on, first come first served.</summary>
/// <remarks>LibTorch keeps a team of OpenMP threads per calling thread: two callers would fight for the cores. Dispose scopes and
/// gradient modes are per thread too.</remarks>
public static class TorchThread
{
    private static readonly BlockingCollection<Action> Work = [];
    private static readonly ConcurrentQueue<Action> Brief = [];
    private static readonly Lazy<Thread> Worker = new(Start);
    private static long busy;

    /// <summary>For how long work was done on it, since the process began.</summary>
    public static TimeSpan Busy => TimeSpan.FromTicks(Interlocked.Read(ref busy));

    /// <summary>Whether the caller is on the torch thread.</summary>
    public static bool IsCurrent => Worker.IsValueCreated && Thread.CurrentThread == Worker.Value;

    /// <summary>Runs <paramref name="work"/> on the torch thread after what was asked before; at once when already on it. Its exception
    /// is the task's. Work that has not begun when <paramref name="cancel"/> fires is not begun, and not waited for; work
    /// under way must look for itself.</summary>
    public static Task<T> Run<T>(Func<T> work, CancellationToken cancel = default) => Run(work, turn => Work.Add(turn, CancellationToken.None), cancel);

    /// <summary>The same for work of seconds: something longer that is under way lets it in where it calls <see cref="LetIn"/>.</summary>
    public static Task<T> RunBriefly<T>(Func<T> work, CancellationToken cancel = default) =>
        Run(
            work,
            turn =>
            {
                Brief.Enqueue(turn);
                Work.Add(LetOneIn, CancellationToken.None);
            },
            cancel);

    /// <summary>On the torch thread, where long work can be interrupted: does the brief work that waits now. That leaves settings of its own; the
    /// caller sets its anew.</summary>
    public static void LetIn()
    {
        for (var waiting = Brief.Count; waiting > 0; waiting--)
        {
            LetOneIn();
        }
    }

    /// <summary>The same for work without a result.</summary>
    public static Task Run(Action work, CancellationToken cancel = default) =>
        Run(() =>
        {
            work();
            return true;
        }, cancel);

    private static void LetOneIn()
    {
        if (Brief.TryDequeue(out var turn))
        {
            turn();
        }
    }

    private static Task<T> Run<T>(Func<T> work, Action<Action> enqueue, CancellationToken cancel)
    {
        if (IsCurrent)
        {
            return Task.FromResult(work());
        }

        _ = Worker.Value;
        // Continuations elsewhere: an awaiting caller must not go on here.
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = 0;        // by the thread, or by the caller who waits no longer
        var giveUp = cancel.UnsafeRegister(_ =>
        {
            if (Interlocked.Exchange(ref isTaken, 1) == 0)
            {
                done.SetCanceled(cancel);
            }
        }, null);
        enqueue(
            () =>
            {
                giveUp.Dispose();
                if (Interlocked.Exchange(ref isTaken, 1) == 0)
                {
                    Finish(done, work);
                }
            });
        return done.Task;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The exception is handed to whoever awaits the task.")]
    private static void Finish<T>(TaskCompletionSource<T> done, Func<T> work)
    {
        try
        {
            done.SetResult(work());
        }
        catch (OperationCanceledException cancelled)
        {
            done.SetCanceled(cancelled.CancellationToken);
        }
        catch (Exception error)
        {
            done.SetException(error);
        }
    }

    private static Thread Start()
    {
        LibTorch.Open();
        var thread = new Thread(() =>
        {
            foreach (var work in Work.GetConsumingEnumerable())
            {
                var began = Stopwatch.GetTimestamp();
                work();
                Interlocked.Add(ref busy, Stopwatch.GetElapsedTime(began).Ticks);
            }
        })
        { IsBackground = true, Name = "torch" };
        thread.Start();
        return thread;
    }
}
