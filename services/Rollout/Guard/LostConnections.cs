namespace ModelServing.Rollout.Guard;

/// <summary>
/// Tells which lost connections are failures of their own: those of one endpoint within <see cref="Window"/> are one, whichever its
/// variant. When a pod is killed all requests in flight on it fail at once, and at 5% of the traffic four failures of a canary alone are
/// evidence 13,544. One of these stands before all variants of a rollout. Safe for any number of threads.
/// </summary>
/// <remarks>
/// A connection is lost when it ends after the request was sent and before the answer was complete. A loss that is no failure of its own
/// is not told to the guard at all. Several routers lose their connections to a killed pod at the same moment: for the sum over routers
/// they have to agree on one, by a key of the endpoint that is set in the shared cache if it is absent and lasts for the same time. Ask
/// here first.
/// </remarks>
public sealed class LostConnections
{
    /// <summary>The most endpoints that are remembered at a time. Beyond them a loss is no failure, of neither variant.</summary>
    public const int MaxEndpoints = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, TimeSpan> counted = new(StringComparer.Ordinal);

    /// <summary>How long after a loss that counted others of the same endpoint don't.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection to an endpoint was lost: true when that is a failure, false when it belongs to one that counted
    /// already.</summary>
    /// <param name="endpoint">The endpoint's address.</param>
    /// <param name="now">The time, from any fixed moment, that never goes back.</param>
    public bool IsFailure(string endpoint, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (gate)
        {
            if (counted.TryGetValue(endpoint, out var at))
            {
                if (now - at < Window)
                    return false;
            }
            else if (counted.Count == MaxEndpoints)
            {
                foreach (var (other, when) in counted)
                {
                    if (now - when >= Window)
                        counted.Remove(other);
                }

                if (counted.Count == MaxEndpoints)
                    return false;
            }

            counted[endpoint] = now;
            return true;
        }
    }
}
