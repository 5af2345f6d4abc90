using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Up.Gateway;

/// <summary>The containers of a function. Each makes one call at a time; while all of them are busy, another one starts, cold. One that is
/// idle is frozen, and ended after a longer time.</summary>
internal sealed class FunctionContainers : IAsyncDisposable
{
    // A container seldom waits for anything but a processor here. The platform has many more.
    private static readonly int Most = Math.Clamp(2 * Environment.ProcessorCount, 2, 6);

    private static readonly TimeSpan FreezeAfter = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan EndAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(25);

    private readonly string runFolder;
    private readonly Func<string, HostProcess> start;
    private readonly TimeProvider time;
    private readonly Func<TimeSpan> timeout;
    private readonly Terminal terminal;
    private readonly Lock gate = new();
    private readonly List<FunctionContainer> idle = [];
    private readonly LinkedList<TaskCompletionSource<FunctionContainer?>> waiting = [];
    private readonly HashSet<FunctionContainer> all = [];
    private readonly CancellationTokenSource closing = new();
    private readonly Task freezing;
    private int starting;

    /// <summary>Makes a pool without containers.</summary>
    /// <param name="runFolder">The folder for the containers' sockets.</param>
    /// <param name="start">Starts a process that listens at a path.</param>
    /// <param name="timeout">How long a call may take at the moment.</param>
    /// <param name="terminal">Where failures are printed.</param>
    /// <param name="time">The clock.</param>
    internal FunctionContainers(
        string runFolder, Func<string, HostProcess> start, Func<TimeSpan> timeout, Terminal terminal, TimeProvider time)
    {
        this.runFolder = runFolder;
        this.start = start;
        this.timeout = timeout;
        this.terminal = terminal;
        this.time = time;
        freezing = new TerminalLoops(terminal, time).RunAsync("idle containers", FreezeIdleAsync, closing.Token);
    }

    /// <summary>The processes of the containers.</summary>
    internal IReadOnlyList<int> Processes
    {
        get
        {
            lock (gate)
                return [.. all.Where(static container => container.IsAlive).Select(static container => container.ProcessId)];
        }
    }

    /// <summary>How long a call may take.</summary>
    internal TimeSpan Timeout => timeout();

    /// <summary>How many containers were started.</summary>
    internal int Started { get; private set; }

    /// <summary>Makes a call on a free container. One that ended while it was idle has not got the call, so another one gets it.</summary>
    internal async Task<FnGatewayAnswer> CallAsync(FnGatewayCall call, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(Timeout, time, cancellation);
        // Every idle container may have ended, and a new one that does not listen must not be replaced for ever.
        for (var tries = 0; tries <= Most; tries++)
        {
            FunctionContainer? container = null;
            try
            {
                container = await TakeAsync(limit.Token);
                if (container is null)
                    break;
                var answer = await container.CallAsync(call, limit.Token);
                Give(container);
                return answer;
            }
            catch (HttpRequestException e)
            {
                Drop(container!);
                if (e.HttpRequestError != HttpRequestError.ConnectionError)
                    break;
            }
            catch (OperationCanceledException)
            {
                // The platform ends a container whose call it gave up.
                if (container is not null)
                    Drop(container);
                cancellation.ThrowIfCancellationRequested();
                return FnGatewayAnswer.Bare(504);
            }
        }

        return FnGatewayAnswer.Bare(502);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await freezing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            foreach (var container in all)
                container.Dispose();
            all.Clear();
            idle.Clear();
        }
    }

    private async Task<FunctionContainer?> TakeAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource<FunctionContainer?>> waiter;
        lock (gate)
        {
            while (idle is [.., var last])
            {
                idle.RemoveAt(idle.Count - 1);
                if (last.IsAlive)
                    return last;
                _ = all.Remove(last);
                last.Dispose();
            }

            waiter = waiting.AddLast(new TaskCompletionSource<FunctionContainer?>(TaskCreationOptions.RunContinuationsAsynchronously));
            if (starting < waiting.Count && all.Count + starting < Most)
            {
                starting++;
                _ = StartAsync();
            }
        }

        try
        {
            return await waiter.Value.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                if (waiter.List is not null)
                    waiting.Remove(waiter);
            }

            if (waiter.Value.Task is { IsCompletedSuccessfully: true, Result: { } late })
                Give(late);
            throw;
        }
    }

    private async Task StartAsync()
    {
        try
        {
            var container = await FunctionContainer.StartAsync(runFolder, start, time);
            lock (gate)
            {
                starting--;
                Started++;
                if (closing.IsCancellationRequested)
                {
                    container.Dispose();
                    return;
                }

                all.Add(container);
            }

            Give(container);
        }
        catch (Exception e)
        {
            terminal.Warn($"{e.Message}");
            lock (gate)
            {
                starting--;
                // Whoever waits for a container that can't start would wait in vain.
                if (all.Count + starting == 0)
                {
                    foreach (var waiter in waiting)
                        waiter.TrySetResult(null);
                    waiting.Clear();
                }
            }
        }
    }

    private void Give(FunctionContainer container)
    {
        lock (gate)
        {
            container.IdleSince = time.GetTimestamp();
            if (waiting.First is { } first)
            {
                waiting.RemoveFirst();
                first.Value.SetResult(container);
                return;
            }

            idle.Add(container);
        }
    }

    private void Drop(FunctionContainer container)
    {
        lock (gate)
        {
            _ = all.Remove(container);
            // Those that wait need another one.
            if (starting < waiting.Count && all.Count + starting < Most)
            {
                starting++;
                _ = StartAsync();
            }
        }

        container.Dispose();
    }

    private async Task FreezeIdleAsync(CancellationToken cancellation)
    {
        await Task.Delay(Period, time, cancellation);
        lock (gate)
        {
            foreach (var container in idle.ToList())
            {
                var idleTime = time.GetElapsedTime(container.IdleSince);
                if (idleTime >= EndAfter)
                {
                    idle.Remove(container);
                    _ = all.Remove(container);
                    container.Dispose();
                }
                else if (idleTime >= FreezeAfter)
                {
                    container.Freeze();
                }
            }
        }
    }
}
