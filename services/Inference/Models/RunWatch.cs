using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Hosting;
using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>
/// Ends work of the runtime whose time is over or whose caller has left, and reports work that can't be ended. It has a thread of its own,
/// because the pool's threads may all be blocked by the very work that it must end.
/// </summary>
/// <remarks>
/// <code>
/// 1 end        the work, at its deadline or when its caller leaves
/// 2 abandon    work that is still there one period later: whoever waits gets an answer
/// 3 stuck      StuckAfter the order to end: the process is not ready, and the work's turn counts as lost
/// 4 not live   NotLiveAfter the order, so that the supervisor restarts the process
/// 5 stop       EndsAfter the order: the process ends itself, in case nothing watches its liveness
/// </code>
/// If the stuck work ends after all, readiness and liveness are regained.
/// </remarks>
internal sealed class RunWatch : IDisposable
{
    /// <summary>Deadlines are kept to within this time.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    /// <summary>How long work may take to end. A busy machine, or a container at its limit, may stop the runtime's thread for a part of
    /// it.</summary>
    internal static readonly TimeSpan StuckAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>How long work is stuck until the process is not live.</summary>
    internal static readonly TimeSpan NotLiveAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long work is stuck until the process ends itself.</summary>
    internal static readonly TimeSpan EndsAfter = TimeSpan.FromSeconds(40);

    // A run of this length counts as one that blocks its thread.
    private static readonly TimeSpan Blocks = TimeSpan.FromMilliseconds(50);

    // After this many periods without work the thread sleeps until there is some. Waking it costs more than a period.
    private const int QuietPeriods = 100;
    private const string Part = "calls of the model";

    private readonly Readiness readiness;
    private readonly Liveness liveness;
    private readonly HostFailure failure;
    private readonly TimeProvider time;
    private readonly ILogger<RunWatch> logger;
    private readonly PoolRoom room = new();

    // Guards all that follows, and the state of the runs. Only a Monitor can wait and pulse.
    private readonly object changing = new();
    private readonly List<WatchedRun> runs = [];
    private readonly Stack<RunOptions> spare = [];
    private int stuck;
    private bool isAsleep;
    private bool isEnding;
    private bool isDisposed;

    public RunWatch(Readiness readiness, Liveness liveness, HostFailure failure, TimeProvider time, ILogger<RunWatch> logger)
    {
        this.readiness = readiness;
        this.liveness = liveness;
        this.failure = failure;
        this.time = time;
        this.logger = logger;
        new Thread(Watch) { IsBackground = true, Name = "watch runs" }.Start();
    }

    public void Dispose()
    {
        lock (changing)
        {
            isDisposed = true;
            Monitor.PulseAll(changing);
            // No caller is left, and the thread that would end them ends.
            foreach (var run in runs)
                EndAtLast(run);
            foreach (var options in spare)
                options.Dispose();
            spare.Clear();
            room.Set(0);
        }
    }

    /// <summary>Begins to watch work, which gets options. It still waits for a thread.</summary>
    internal void Add(WatchedRun run)
    {
        lock (changing)
        {
            run.Options = spare.TryPop(out var options) ? options : RuntimeOptions.CreateRunOptions();
            run.Index = runs.Count;
            runs.Add(run);
            if (isAsleep)
                Monitor.Pulse(changing);
        }
    }

    /// <summary>The work has its thread; false if its time is over, or the host ends.</summary>
    internal bool TryStart(WatchedRun run)
    {
        lock (changing)
        {
            // Calls may have joined a batch after all those that were in it were given up.
            if (isDisposed || (run.State == RunState.Abandoned && run.IsOver(time.GetTimestamp())))
                return false;
            run.State = RunState.Running;
            run.Since = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>The runtime has done its part of the work, so what follows is never stuck.</summary>
    internal void Done(WatchedRun run)
    {
        lock (changing)
            run.IsDone = true;
    }

    /// <summary>The work has ended. Its options must not be used any more.</summary>
    internal void Remove(WatchedRun run)
    {
        lock (changing)
        {
            var last = runs[^1];
            runs[run.Index] = last;
            last.Index = run.Index;
            runs.RemoveAt(runs.Count - 1);
            // Options that have ended a run would end the next one too.
            if (run.IsEnding || isDisposed)
                run.Options.Dispose();
            else
                spare.Push(run.Options);
            if (run.State != RunState.Stuck)
                return;
            // Before readiness returns: whoever sees the service ready must not be refused.
            run.Regain();
            stuck--;
            RunWatchLog.Ended(logger, time.GetElapsedTime(run.Since).TotalSeconds);
            ReportStuck();
        }
    }

    private void Watch()
    {
        var quiet = 0;
        while (true)
        {
            lock (changing)
            {
                if (isDisposed)
                    return;
                quiet = runs.Count > 0 ? 0 : quiet + 1;
                isAsleep = quiet > QuietPeriods;
                Monitor.Wait(changing, isAsleep ? Timeout.InfiniteTimeSpan : Period);
                isAsleep = false;
            }

            try
            {
                Sweep();
            }
            catch (Exception e)
            {
                RunWatchLog.Failed(logger, e);
            }
        }
    }

    private void Sweep()
    {
        var now = time.GetTimestamp();
        List<WatchedRun> abandoned = [];
        var blocked = 0;
        var longest = TimeSpan.Zero;
        lock (changing)
        {
            foreach (var run in runs)
            {
                run.AbandonSome(now);
                if (run.State is RunState.Ending or RunState.Stuck || run.IsOver(now))
                    Advance(run, now, abandoned);
                var elapsed = run.State == RunState.Queued ? TimeSpan.Zero : time.GetElapsedTime(run.Since, now);
                if (run.State == RunState.Stuck && elapsed > longest)
                    longest = elapsed;
                if (run.State is RunState.Ending or RunState.Stuck || elapsed > Blocks)
                    blocked++;
            }

            if (!isDisposed)
                room.Set(blocked);
        }

        foreach (var run in abandoned)
            run.Abandon();
        if (longest >= NotLiveAfter)
            GiveUp(longest);
    }

    private void Advance(WatchedRun run, long now, List<WatchedRun> abandoned)
    {
        if (run.State == RunState.Queued || (run.IsDone && run.State is RunState.Running or RunState.Ending))
        {
            run.State = RunState.Abandoned;
            abandoned.Add(run);
        }
        else if (run.State == RunState.Running) // 1
        {
            run.State = RunState.Ending;
            run.Since = now;
            run.End();
        }
        else if (run.State == RunState.Ending)
        {
            if (!run.IsAbandoned) // 2
                abandoned.Add(run);
            run.IsAbandoned = true;
            // A run that took too long for a batch has until the last of its callers has no time left.
            if (!run.IsOver(now))
                run.Since = now;
            if (time.GetElapsedTime(run.Since, now) < StuckAfter)
                return;
            run.State = RunState.Stuck; // 3
            stuck++;
            RunWatchLog.Stuck(logger);
            ReportStuck();
            run.Lose();
        }
    }

    private static void EndAtLast(WatchedRun run)
    {
        if (run.State == RunState.Queued)
        {
            run.State = RunState.Abandoned;
        }
        else if (run is { State: RunState.Running, IsDone: false })
        {
            run.State = RunState.Ending;
            run.End();
        }
    }

    private void ReportStuck()
    {
        if (stuck > 0)
        {
            readiness.Await(Part, stuck == 1 ? "a call of the model can't be ended" : $"{stuck} calls of the model can't be ended");
        }
        else
        {
            readiness.Has(Part);
            liveness.Regained();
        }
    }

    private void GiveUp(TimeSpan longest)
    {
        bool ends;
        lock (changing)
        {
            // It may have ended just now.
            if (stuck == 0)
                return;
            liveness.Lost("a call of the model can't be ended"); // 4
            ends = longest >= EndsAfter && !isEnding;
            isEnding |= ends;
        }

        if (ends) // 5
            failure.Stop($"A call of the model can't be ended since {longest.TotalSeconds:0} s, so the process must be restarted");
    }
}

internal static partial class RunWatchLog
{
    [LoggerMessage(60, LogLevel.Error, "Not ready: a call of the model goes on after its time, and can't be ended")]
    internal static partial void Stuck(ILogger logger);

    [LoggerMessage(61, LogLevel.Warning, "A call of the model that could not be ended has ended by itself after {Seconds:0.#} s")]
    internal static partial void Ended(ILogger logger, double seconds);

    [LoggerMessage(62, LogLevel.Error, "The watch over calls of the model failed; it goes on")]
    internal static partial void Failed(ILogger logger, Exception exception);
}
