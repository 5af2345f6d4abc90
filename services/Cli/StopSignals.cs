using System.Runtime.InteropServices;

namespace ModelServing.Cli;

/// <summary>
/// What a person at the terminal, or who started this program, says about its end: the first Ctrl-C (or SIGTERM, or the closed
/// terminal) asks it to stop in order, the second to stop at once. A third is not held back.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource kill = new();
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    internal StopSignals() => registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
            context.Cancel = Take())),
    ];

    /// <summary>Stop in order.</summary>
    internal CancellationToken Stop => stop.Token;

    /// <summary>Stop at once.</summary>
    internal CancellationToken Kill => kill.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        stop.Dispose();
        kill.Dispose();
    }

    /// <summary>Takes one more signal; false when it is not held back.</summary>
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
