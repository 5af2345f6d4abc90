namespace ModelServing.Router.Endpoints;

/// <summary>Whether a version may have ended a process of its pool. It goes on through changes of the endpoints.</summary>
/// <remarks>A version that lost its connection at one process must not end the others too. So it gets no requests at processes that are
/// older than the loss. A newer process knows what ran when the one before it ended, and refuses the version if it was that one. Once a
/// newer process has answered well, or after <see cref="Longest"/>, the version gets requests everywhere.</remarks>
internal sealed class PoolSuspicion(TimeProvider time)
{
    /// <summary>A pool with many versions needs some time to start again, and a connection may be lost although no process
    /// ended.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private const long Never = long.MinValue;

    private long since = Never;

    private bool IsOn
    {
        get
        {
            var began = Volatile.Read(ref since);
            return began != Never && time.GetElapsedTime(began) < Longest;
        }
    }

    internal void Begin() => Volatile.Write(ref since, time.GetTimestamp());

    /// <summary>Whether an endpoint gets no requests of the version.</summary>
    internal bool Excludes(Endpoint endpoint) => IsOn && !IsNewer(endpoint);

    /// <summary>Ends the suspicion if a newer process gave the good answer.</summary>
    internal void Succeeded(Endpoint endpoint)
    {
        if (Volatile.Read(ref since) != Never && IsNewer(endpoint))
            Volatile.Write(ref since, Never);
    }

    private bool IsNewer(Endpoint endpoint) => endpoint.Health.StartedAt > Volatile.Read(ref since);
}
