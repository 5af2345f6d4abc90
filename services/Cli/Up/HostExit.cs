namespace ModelServing.Cli.Up;

/// <summary>How a host's process ended.</summary>
/// <param name="Code">Its exit code; 128 and a signal's number when that ended it.</param>
/// <param name="Reason">What it said about it.</param>
internal sealed record HostExit(int Code, string? Reason)
{
    private const int Signalled = 128;

    /// <summary>Whether it was Ctrl-C that ended it: a terminal sends that to the hosts too, and one that has just begun does not yet
    /// leave it to this program.</summary>
    internal bool IsInterrupt => Code == Signalled + 2;

    /// <summary>As in <c>was killed by signal 9 (SIGKILL)</c>.</summary>
    public override string ToString() => Code <= Signalled ? $"ended with exit code {Code}" : $"was ended by signal {Code - Signalled}" + (Code - Signalled) switch
    {
        2 => " (SIGINT)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    };
}
