namespace ModelServing.Cli.Up;

/// <summary>A host did not start; the message says why.</summary>
internal sealed class HostFailedException(string message) : Exception(message)
{
    /// <summary>How the process ended; null if there was none.</summary>
    internal HostExit? Exit { get; init; }

    /// <summary>Whether another try may succeed: the machine could not start the process, or a signal ended it. A host that ends by itself
    /// says why, and needs a person.</summary>
    internal bool IsTransient { get; init; }
}
