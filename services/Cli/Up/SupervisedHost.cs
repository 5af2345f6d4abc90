using System.Net;
using ModelServing.Contracts;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>
/// Keeps one host running: starts its process, reports when it is ready, and restarts it after a wait when it dies or when its supervision
/// fails. Only a host that was ready once is restarted: whether to try again before that is the caller's decision.
/// </summary>
/// <remarks>
/// <code>
/// 1 start     a process, with its own address file, so an older address is never mistaken for its own
/// 2 wait      until /health/ready answers 200, or the process ends; then whoever needs to know more of it asks
/// 3 ready     report the address and the process
/// 4 dead      report it and print a line; back to 1 after the backoff
/// 5 failed    the process can't be started or supervised, as with too many open files: kill it; then as 4
/// </code>
/// </remarks>
internal sealed class SupervisedHost
{
    private static readonly TimeSpan ReadyPeriod = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    private readonly HostProgram program;
    private readonly HostSettings settings;
    private readonly string addressFile;
    private readonly Action<string> print;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly Action<HostAddress?> changed;
    private readonly HostHooks hooks;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly RestartDelay restart = new();
    private readonly Task running;
    private HostProcess? current;
    private readonly long began;
    private volatile string problem = "it does not run yet";
    private bool isReady;
    private bool isWithdrawn;

    /// <summary>Starts the host.</summary>
    /// <param name="label">The host's label in messages.</param>
    /// <param name="program">The host's program.</param>
    /// <param name="settings">The host's settings, without those that every host of this program gets.</param>
    /// <param name="supervision">What the supervisors of all hosts share.</param>
    /// <param name="changed">Receives the address each time that the host becomes ready, and null each time that it no longer is.</param>
    /// <param name="onlyFaults">Omits log lines below warning.</param>
    /// <param name="hooks">What else happens at the start and the end of its processes; null for nothing.</param>
    internal SupervisedHost(
        string label,
        HostProgram program,
        HostSettings settings,
        HostSupervision supervision,
        Action<HostAddress?> changed,
        bool onlyFaults = false,
        HostHooks? hooks = null)
    {
        Label = label;
        this.program = program;
        terminal = supervision.Terminal;
        time = supervision.Time;
        began = time.GetTimestamp();
        this.changed = changed;
        this.hooks = hooks ?? new HostHooks();
        addressFile = Path.Combine(supervision.RunFolder, Path.GetRandomFileName() + ".address");
        this.settings = settings with
        {
            AddressFile = addressFile,
            StopWithParent = true,
            LogFormat = LogFormat.Text,
            LoopbackHostsOnly = true,
        };
        print = supervision.Log.WriterFor(label, onlyFaults);
        running = Task.Run(RunAsync);
    }

    internal string Label { get; }

    /// <summary>How long ago the host was started for the first time.</summary>
    internal TimeSpan Age => time.GetElapsedTime(began);

    /// <summary>Why the host is not ready, as it said when it was asked last.</summary>
    internal string Problem => problem;

    /// <summary>Completes when the host is ready for the first time.</summary>
    /// <exception cref="HostFailedException">The process ended before that.</exception>
    internal Task Ready => ready.Task;

    /// <summary>Reports the host as not ready, from now on and whatever happens to it.</summary>
    internal void Withdraw()
    {
        lock (gate)
        {
            isWithdrawn = true;
            changed(null);
        }
    }

    /// <summary>Stops the host: requests it, and kills the host if it does not stop within <paramref name="timeout"/> or when
    /// <paramref name="kill"/> is cancelled. A host that is not ready has no requests in flight, so it is killed at once.</summary>
    internal async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        lock (gate)
        {
            stopRequested.TrySetResult();
            if (isReady)
                current?.RequestStop();
            else
                current?.Kill();
        }

        try
        {
            await running.WaitAsync(timeout, time, kill);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (e is TimeoutException)
                terminal.Warn($"{Label} did not stop within {timeout.TotalSeconds:0} s and is killed");
            current?.Kill();
            await running;
        }
    }

    private async Task RunAsync()
    {
        while (await TryRunOnceAsync() is { } wait)
            await Task.WhenAny(Task.Delay(wait, time), stopRequested.Task);
        ready.TrySetCanceled();
        try
        {
            File.Delete(addressFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run removes the folder.
        }
    }

    private async Task<TimeSpan?> TryRunOnceAsync()
    {
        try
        {
            return await RunOnceAsync();
        }
        catch (Exception e)
        {
            // 5
            var failure = e as HostFailedException
                ?? new HostFailedException($"{Label} can't be supervised: {e.Message}") { IsTransient = true };
            if (current is { Exited.IsCompleted: false } alive)
            {
                alive.Kill();
                await alive.Exited;
            }

            if (ready.TrySetException(failure) || stopRequested.Task.IsCompleted)
                return null;
            if (isReady)
                Report(null);
            var wait = restart.Next(TimeSpan.Zero);
            terminal.Warn($"{failure.Message}; {Label} restarts in {wait.TotalSeconds:0.##} s");
            return wait;
        }
    }

    /// <summary>Runs one process from start to end. Returns the wait before the next one, or null if there is no next one.</summary>
    private async Task<TimeSpan?> RunOnceAsync()
    {
        // 1
        File.Delete(addressFile);
        HostProcess process;
        lock (gate)
        {
            if (stopRequested.Task.IsCompleted)
                return null;
            process = current = HostProcess.Start(program, settings, print, time);
        }

        // 2
        var address = await WaitUntilReadyAsync(process);
        var since = time.GetTimestamp();
        if (address is not null)
        {
            var found = new HostAddress(address, process.Id);
            await hooks.Examine(found);
            // 3
            Report(found);
            ready.TrySetResult();
        }

        var exit = await process.Exited;
        if (address is not null)
            Report(null);
        if (stopRequested.Task.IsCompleted)
            return null;
        hooks.Ended(exit);
        if (!ready.Task.IsCompleted && !(hooks.RestartsStart && exit.IsBySignal))
            throw new HostFailedException($"{Label} did not start: " + (exit.Reason is { } printed
                ? $"{printed} (it {exit})"
                : $"it {exit}"))
            { Exit = exit, IsTransient = exit.IsBySignal };

        // 4
        var wait = restart.Next(address is null ? TimeSpan.Zero : time.GetElapsedTime(since));
        var why = exit.Reason is { } reason && address is null ? $": {reason}" : "";
        terminal.Warn($"{Label} (process {process.Id}) {exit}{why}; it restarts in {wait.TotalSeconds:0.##} s");
        return wait;
    }

    private void Report(HostAddress? address)
    {
        lock (gate)
        {
            isReady = address is not null;
            if (!isWithdrawn)
                changed(address);
        }
    }

    private async Task<Uri?> WaitUntilReadyAsync(HostProcess process)
    {
        Uri? address = null;
        var since = time.GetTimestamp();
        var isReported = false;
        while (!process.Exited.IsCompleted)
        {
            address ??= ReadAddress();
            var found = address is null ? "it does not listen yet" : await CheckHealthAsync(new Uri(address, InferencePaths.HealthReady));
            if (found is null)
                return address;
            problem = found;
            if (!isReported && time.GetElapsedTime(since) > SlowStart)
            {
                terminal.Say($"[yellow]{Markup.Escape(Label)} is not ready after {SlowStart.TotalSeconds:0} s: " +
                    $"{Markup.Escape(found)}[/]");
                isReported = true;
            }

            await Task.WhenAny(process.Exited, Task.Delay(ReadyPeriod, time));
        }

        return null;
    }

    private Uri? ReadAddress() =>
        File.Exists(addressFile) && Uri.TryCreate(File.ReadAllText(addressFile).Trim(), UriKind.Absolute, out var address) ? address : null;

    /// <summary>Null if the host is ready, else the reason why not.</summary>
    private static async Task<string?> CheckHealthAsync(Uri health)
    {
        try
        {
            using var answer = await Http.GetAsync(health);
            return answer.StatusCode == HttpStatusCode.OK ? null : (await answer.Content.ReadAsStringAsync()).Trim();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return e.Message;
        }
    }
}
