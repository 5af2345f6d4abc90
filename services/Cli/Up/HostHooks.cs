namespace ModelServing.Cli.Up;

/// <summary>What a supervisor does beside supervising.</summary>
internal sealed record HostHooks
{
    /// <summary>Asks a process that says that it is ready, before it counts as ready.</summary>
    internal Func<HostAddress, Task> Examine { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Receives how a process ended that was not stopped, before the next one starts.</summary>
    internal Action<HostExit> Ended { get; init; } = static _ => { };

    /// <summary>Whether a process that a signal ends is started again even if none was ready before.</summary>
    internal bool RestartsStart { get; init; }
}
