using System.Net;
using ModelServing.Contracts;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>
/// Keeps one host running: starts its process, says when it is ready, and starts it again, after a while, when it dies. Only a host
/// that was ready once is started again: what can't even begin has a reason that a person has to look at.
/// </summary>
/// <remarks>
/// <code>
/// 1 start           a process, with an address file of its own, so that an older address is never taken for this one's
/// 2 wait            until /health/ready says 200, or the process ends
/// 3 ready           who asked learns address and process
/// 4 dead            who asked learns it, a line says so; back to 1 after the backoff
/// </code>
/// </remarks>
internal sealed class SupervisedHost
{
    private static readonly TimeSpan ReadyPeriod = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(5) };

    private readonly HostProgram program;
    private readonly HostSettings settings;
    private readonly string addressFile;
    private readonly Action<string> print;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly Action<HostAddress?> changed;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly RestartDelay restart = new();
    private readonly Task running;
    private HostProcess? current;
    private bool isReady;
    private bool withdrawn;

    /// <summary>Starts the host.</summary>
    /// <param name="label">The host as its lines and messages show it.</param>
    /// <param name="program">Its program.</param>
    /// <param name="settings">What it is started with, but for what every host under this program is given.</param>
    /// <param name="runFolder">Where address files may be written.</param>
    /// <param name="log">Prints what it prints.</param>
    /// <param name="terminal">Where its deaths are said.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Takes its address each time it becomes ready, and null each time it no longer is.</param>
    /// <param name="onlyFaults">Leaves out of what it prints what is no warning and no error.</param>
    internal SupervisedHost(string label, HostProgram program, HostSettings settings, string runFolder, HostLog log, Terminal terminal, TimeProvider time, Action<HostAddress?> changed, bool onlyFaults = false)
    {
        Label = label;
        this.program = program;
        this.terminal = terminal;
        this.time = time;
        this.changed = changed;
        addressFile = Path.Combine(runFolder, Path.GetRandomFileName() + ".address");
        this.settings = settings with { AddressFile = addressFile, StopWithParent = true, LogFormat = LogFormat.Text };
        print = log.WriterFor(label, onlyFaults);
        running = Task.Run(RunAsync);
    }

    internal string Label { get; }

    /// <summary>Ends when the host was ready for the first time.</summary>
    /// <exception cref="HostFailedException">Its process ended before that.</exception>
    internal Task Ready => ready.Task;

    /// <summary>Says that it is not ready, whatever becomes of it.</summary>
    internal void Withdraw()
    {
        lock (gate)
        {
            withdrawn = true;
            changed(null);
        }
    }

    /// <summary>Stops the host: asks it to, and ends it when it does not within <paramref name="patience"/>, or at once when told to.
    /// One that is not ready has nothing in flight that it could end.</summary>
    internal async Task StopAsync(TimeSpan patience, CancellationToken kill)
    {
        lock (gate)
        {
            stopAsked.TrySetResult();
            if (isReady)
                current?.AskToStop();
            else
                current?.Kill();
        }

        try
        {
            await running.WaitAsync(patience, time, kill);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (e is TimeoutException)
                terminal.Warn($"{Label} did not stop within {patience.TotalSeconds:0} s and is killed");
            current?.Kill();
            await running;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await RunOnceAsync() is { } wait)
                await Task.WhenAny(Task.Delay(wait, time), stopAsked.Task);
        }
        catch (HostFailedException e)
        {
            ready.TrySetException(e);
        }
        finally
        {
            ready.TrySetCanceled();
            File.Delete(addressFile);
        }
    }

    /// <summary>One process from its start to its end; gives the wait before the next one, null for no next one.</summary>
    private async Task<TimeSpan?> RunOnceAsync()
    {
        // 1
        File.Delete(addressFile);
        HostProcess process;
        lock (gate)
        {
            if (stopAsked.Task.IsCompleted)
                return null;
            process = current = HostProcess.Start(program, settings, print, time);
        }

        // 2
        var address = await WaitUntilReadyAsync(process);
        var since = time.GetTimestamp();
        if (address is not null)
        {
            // 3
            Announce(new HostAddress(address, process.Id));
            ready.TrySetResult();
        }

        var exit = await process.Exited;
        if (address is not null)
            Announce(null);
        if (stopAsked.Task.IsCompleted)
            return null;
        if (!ready.Task.IsCompleted)
            throw new HostFailedException($"{Label} did not start: " + (exit.Reason is { } said ? $"{said} (it {exit})" : $"it {exit}")) { Exit = exit };

        // 4
        var wait = restart.Next(address is null ? TimeSpan.Zero : time.GetElapsedTime(since));
        var why = exit.Reason is { } reason && address is null ? $": {reason}" : "";
        terminal.Warn($"{Label} (process {process.Id}) {exit}{why}; it starts again in {wait.TotalSeconds:0.##} s");
        return wait;
    }

    private void Announce(HostAddress? address)
    {
        lock (gate)
        {
            isReady = address is not null;
            if (!withdrawn)
                changed(address);
        }
    }

    private async Task<Uri?> WaitUntilReadyAsync(HostProcess process)
    {
        Uri? address = null;
        var (began, told) = (time.GetTimestamp(), false);
        while (!process.Exited.IsCompleted)
        {
            address ??= ReadAddress();
            var says = address is null ? "it does not listen yet" : await AskAsync(new Uri(address, InferencePaths.HealthReady));
            if (says is null)
                return address;
            if (!told && time.GetElapsedTime(began) > SlowStart)
            {
                terminal.Say($"[yellow]{Markup.Escape(Label)} is not ready after {SlowStart.TotalSeconds:0} s: {Markup.Escape(says)}[/]");
                told = true;
            }

            await Task.WhenAny(process.Exited, Task.Delay(ReadyPeriod, time));
        }

        return null;
    }

    private Uri? ReadAddress() => File.Exists(addressFile) && Uri.TryCreate(File.ReadAllText(addressFile).Trim(), UriKind.Absolute, out var address) ? address : null;

    /// <summary>Null when the host is ready, else what it says.</summary>
    private static async Task<string?> AskAsync(Uri health)
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
