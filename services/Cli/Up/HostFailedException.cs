namespace ModelServing.Cli.Up;

/// <summary>A host could not be brought up; the message says why.</summary>
internal sealed class HostFailedException(string message) : Exception(message)
{
    /// <summary>What the process ended with; null when there was none.</summary>
    internal HostExit? Exit { get; init; }
}
