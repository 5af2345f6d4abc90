namespace ModelServing.Cli.Up;

/// <summary>A host did not start; the message says why.</summary>
internal sealed class HostFailedException(string message) : Exception(message)
{
    /// <summary>How the process ended; null if there was none.</summary>
    internal HostExit? Exit { get; init; }
}
