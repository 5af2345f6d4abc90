namespace ModelServing.Cli.Up;

/// <summary>How a host's process ended.</summary>
/// <param name="Code">The exit code; 128 plus the signal's number if a signal ended the process.</param>
/// <param name="Reason">The reason that the host printed.</param>
internal sealed record HostExit(int Code, string? Reason)
{
    private const int Signalled = 128;

    /// <summary>Whether Ctrl-C ended the process. A terminal sends Ctrl-C to the hosts too, and a host that has just started does not
    /// ignore it yet.</summary>
    internal bool IsInterrupt => Code == Signalled + 2;

    /// <summary>Whether a signal ended the process.</summary>
    internal bool IsBySignal => Code > Signalled;

    private string SignalName => (Code - Signalled) switch
    {
        2 => " (SIGINT)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    };

    /// <summary>As in <c>was ended by signal 9 (SIGKILL)</c>.</summary>
    public override string ToString() =>
        Code <= Signalled ? $"ended with exit code {Code}" : $"was ended by signal {Code - Signalled}{SignalName}";
}
