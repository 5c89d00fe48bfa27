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

    // Of each thread that is, or stands in for, the torch thread.
    [ThreadStatic]
    private static bool isCurrent;
    [ThreadStatic]
    private static long began;

    /// <summary>For how long work was done on it, since the process began.</summary>
    public static TimeSpan Busy => TimeSpan.FromTicks(Interlocked.Read(ref busy));

    /// <summary>Whether the caller is on the torch thread.</summary>
    public static bool IsCurrent => isCurrent;

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

    /// <summary>Waits, in the middle of work on the torch thread, for something that is done elsewhere and may need this very thread: a judge
    /// that this process serves. Meanwhile a second thread stands in and does what else is asked for, so one thread computes at any time. It is a second one
    /// because dispose scopes and gradient modes are a thread's: what others keep would belong to a scope of the caller's, and end with it. The
    /// caller's numerics are put back.</summary>
    /// <param name="elsewhere">Begun on the thread pool. Its exception is the caller's.</param>
    public static T WaitFor<T>(Func<Task<T>> elsewhere)
    {
        var isOver = false;
        var waiting = Task.Run(async () =>
        {
            try
            {
                return await elsewhere();
            }
            finally
            {
                Volatile.Write(ref isOver, true);
                Work.Add(() => { }, CancellationToken.None);        // wakes whoever stands in
            }
        });
        if (isCurrent)
        {
            StandIn(() => Volatile.Read(ref isOver));
        }

        return waiting.GetAwaiter().GetResult();
    }

    private static void StandIn(Func<bool> isOver)
    {
        Count();
        var numerics = TorchRuntime.Current;
        var other = new Thread(() =>
        {
            TorchRuntime.UseAgain(numerics);
            isCurrent = true;
            while (!isOver())
            {
                Do(Work.Take());
            }

            TorchMemory.Leave();
        })
        { IsBackground = true, Name = "torch (stands in)" };
        other.Start();
        other.Join();
        TorchRuntime.UseAgain(numerics);
        began = Stopwatch.GetTimestamp();
    }

    private static void Do(Action work)
    {
        began = Stopwatch.GetTimestamp();
        work();
        Count();
    }

    private static void Count() => Interlocked.Add(ref busy, Stopwatch.GetElapsedTime(began).Ticks);

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
        VectorMath.Settle();
        var thread = new Thread(() =>
        {
            isCurrent = true;
            foreach (var work in Work.GetConsumingEnumerable())
            {
                Do(work);
            }
        })
        { IsBackground = true, Name = "torch" };
        thread.Start();
        return thread;
    }
}
