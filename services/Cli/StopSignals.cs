using System.Runtime.InteropServices;

namespace ModelServing.Cli;

/// <summary>
/// Turns signals into cancellation: the first Ctrl-C (or SIGTERM, or closing the terminal) requests an orderly stop, the second an
/// immediate one. A third gets the system's default action.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource kill = new();
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    internal StopSignals() => registrations =
    [
        .. new[]
        {
            PosixSignal.SIGINT,
            PosixSignal.SIGTERM,
            PosixSignal.SIGHUP,
        }.Select(signal => PosixSignalRegistration.Create(signal, context =>
            context.Cancel = Take())),
    ];

    /// <summary>Requests an orderly stop.</summary>
    internal CancellationToken Stop => stop.Token;

    /// <summary>Requests an immediate stop.</summary>
    internal CancellationToken Kill => kill.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        stop.Dispose();
        kill.Dispose();
    }

    /// <summary>Handles one more signal; false if the default action should follow.</summary>
    internal bool Take()
    {
        switch (Interlocked.Increment(ref count))
        {
            case 1:
                _ = stop.CancelAsync();
                return true;
            case 2:
                _ = kill.CancelAsync();
                return true;
            default:
                return false;
        }
    }
}
