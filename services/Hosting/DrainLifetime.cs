using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>
/// Decides when the host stops, and in which order: first it is not ready, so that senders go elsewhere; after
/// <see cref="HostSettings.DrainDelay"/> it accepts no new connection; then the requests in flight may finish.
/// </summary>
internal sealed class DrainLifetime(
    HostSettings settings,
    Readiness readiness,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<DrainLifetime> logger)
    : IHostLifetime, IDisposable
{
    // Of Linux: prctl's operation, and SIGCONT.
    private const int SignalAtParentsDeath = 1;
    private const nuint Continue = 18;

    private readonly List<PosixSignalRegistration> signals = [];
    private int stopping;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        On(PosixSignal.SIGTERM, stops: true);
        // A terminal sends these to the whole process group, and a supervisor stops its hosts in its own order.
        On(PosixSignal.SIGINT, stops: !settings.StopWithParent);
        On(PosixSignal.SIGQUIT, stops: !settings.StopWithParent);
        if (settings.StopWithParent)
        {
            On(PosixSignal.SIGHUP, stops: false);
            new Thread(WaitForParent) { IsBackground = true, Name = "wait for parent" }.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
    }

    private void On(PosixSignal signal, bool stops) => signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (stops)
            Stop(context.Signal.ToString());
    }));

    private void WaitForParent()
    {
        // A process that its parent froze must run again to see the end of its input. The signal belongs to this thread, which does not end
        // before that. It also comes when only the parent's thread ends, and does no harm then.
        if (OperatingSystem.IsLinux())
            _ = ProcessControl(SignalAtParentsDeath, Continue, 0, 0, 0);
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (Exception)
        {
            // A broken pipe means the same as the end of input: the parent closed its side. On a thread of its own, any exception would
            // abort the process.
        }

        Stop("the parent process closed standard input");
    }

    /// <summary>Starts the drain. A second call ends the drain's delay.</summary>
    internal void Stop(string why)
    {
        if (Interlocked.Increment(ref stopping) > 1)
        {
            // Whoever asks twice does not want to wait for the delay.
            lifetime.StopApplication();
            return;
        }

        Log.Stopping(logger, why);
        readiness.Drain();
        _ = StopAfterDelayAsync();
    }

    private async Task StopAfterDelayAsync()
    {
        if (settings.DrainDelay > TimeSpan.Zero)
            await Task.Delay(settings.DrainDelay, time);
        lifetime.StopApplication();
    }

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ProcessControl(int operation, nuint first, nuint second, nuint third, nuint fourth);
}
