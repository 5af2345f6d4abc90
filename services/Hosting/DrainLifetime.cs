using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>
/// Decides when the host stops, and in which order: not ready first, so that senders go elsewhere; after
/// <see cref="HostSettings.DrainDelay"/> no new connection; then what is in flight may end.
/// </summary>
internal sealed class DrainLifetime(HostSettings settings, Readiness readiness, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DrainLifetime> logger)
    : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> signals = [];
    private int stopping;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        On(PosixSignal.SIGTERM, stops: true);
        // A terminal sends these to the whole group: a host under a supervisor leaves the order of things to it.
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
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken pipe says the same as its end: nobody holds the other side.
        }

        Stop("the parent let go");
    }

    /// <summary>Begins the drain; asked again, ends its delay.</summary>
    internal void Stop(string why)
    {
        if (Interlocked.Increment(ref stopping) > 1)
        {
            // Asked twice: whoever asks does not want to wait for the drain's delay.
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
}
